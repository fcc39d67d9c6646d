// Writes the list of faults that are still there, after one was fixed. Look at the difference before you keep it.
import { writeFileSync } from 'node:fs'
import { knownPath, presentFaults } from './known.ts'

writeFileSync(knownPath, `${JSON.stringify(presentFaults(), null, 2)}\n`)

/** A process of its own that imports a folder into a new case, to be killed by a test: `import-child.ts CASE FOLDER`. */
import { importEvidence } from '../../src/workflow/import-evidence.ts'
import { createCase } from '../../src/workflow/open-case.ts'

const [, , dir = '', folder = ''] = process.argv
const open = await createCase(dir, {
  title: 'killed',
  operator: { name: 'Test Operator', account: 'tester', workstation: 'bench-01' },
})
let said = false
await importEvidence(open, [folder], {
  onProgress: (progress) => {
    if (said || progress.step !== 'parse') return
    said = true
    process.stdout.write('started\n')
  },
})
open.close()

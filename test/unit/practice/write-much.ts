// Run as its own process with a small heap: writes much practice evidence and says how much memory it took.
import { writePractice } from '../../../src/workflow/make-practice.ts'

const [, , dir, noise] = process.argv
if (dir === undefined) throw new Error('name a folder')
await writePractice(dir, { scenario: 'schtasks-tcp', seed: 5, noise: Number(noise) })
console.log(JSON.stringify({ maxRssKb: process.resourceUsage().maxRSS }))

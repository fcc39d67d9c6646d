// `npm run generated -- [CASES] [SEED]`: judges so many random cases against their truth. Ends with 1 when an answer is wrong,
// claims more than the evidence bears, or is needlessly open.
import { countCases, report } from './count.ts'

const [, , cases = '2000', seed = '1'] = process.argv
const from = performance.now()
const first = Number(seed)
const counted = countCases(Array.from({ length: Number(cases) }, (_, at) => first + at))
for (const line of report(counted)) console.log(line)
console.log(
  `\n${((performance.now() - from) / 1000).toFixed(1)} s, seeds ${first} to ${first + Number(cases) - 1}`,
)
if (counted.failing.length > 0) process.exitCode = 1

// `npm run generated -- [CASES] [SEED]`: judges so many random cases against their truth. Ends with 1 when an answer is wrong,
// claims more than the evidence bears, or is needlessly open.
import { countCases, report } from './count.ts'
import { answerFaults, answerReason } from './count-answers.ts'
import { randomCase } from './random-case.ts'

const [, , cases = '2000', seed = '1'] = process.argv
const from = performance.now()
const first = Number(seed)
const seeds = Array.from({ length: Number(cases) }, (_, at) => first + at)
const counted = countCases(seeds)
for (const line of report(counted)) console.log(line)
const answers = seeds.flatMap((one) => answerFaults(randomCase(one))).sort((a, b) => a.records - b.records)
console.log(`\nplaybook answers: ${answers.length} faults`)
const kinds = new Map<string, typeof answers>()
for (const one of answers) kinds.set(answerReason(one), [...(kinds.get(answerReason(one)) ?? []), one])
for (const [kind, all] of kinds)
  console.log(
    `  ${all.length} × ${kind}\n      seed ${all[0]?.seed}, ${all[0]?.records} records — ${all[0]?.label}`,
  )
console.log(
  `\n${((performance.now() - from) / 1000).toFixed(1)} s, seeds ${first} to ${first + Number(cases) - 1}`,
)
if (counted.failing.length + answers.length > 0) process.exitCode = 1

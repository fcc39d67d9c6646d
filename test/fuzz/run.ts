// `npm run fuzz -- zip [ARCHIVES] [FIRST-SEED]`: mutated archives through the verifier of bundles (test/fuzz/fuzz-zip.ts).
// `npm run fuzz -- [RECORDS] [FIRST-SEED]`: mutated chunks through the reader, to XML, through the packer and back, until so
// many records were tried. What goes wrong is printed with its seed and the rest goes on; then the exit code is 1.
import { corpus } from '../laws/evtx-chunks.ts'
import { fuzzLog, judgeLog, noTotals } from './fuzz-log.ts'
import { fuzzZips } from './fuzz-zips.ts'
import { PackedCase } from './packed-case.ts'

if (process.argv[2] === 'zip') {
  const totals = await fuzzZips(Number(process.argv[3] ?? 100_000), Number(process.argv[4] ?? 1))
  console.log(`fuzz zip: ${JSON.stringify(totals)}`)
  process.exit(totals.finds.length > 0 ? 1 : 0)
}
const [, , count = '2000000', first = '1'] = process.argv
const mostFinds = 25
const all = corpus()
const packedCase = new PackedCase()
const totals = noTotals()
let finds = 0
let told = 0
const from = performance.now()
const tried = () => totals.records + totals.unreadable
const progress = () =>
  console.error(
    `${tried()} of ${count} records, ${totals.chunks} chunks, ${finds} finds, ${((performance.now() - from) / 1000).toFixed(0)} s`,
  )
let seed = Number(first)
for (; tried() < Number(count) && finds < mostFinds; seed++) {
  try {
    await judgeLog(seed, fuzzLog(seed, all), packedCase, totals)
  } catch (error) {
    finds++
    console.log(`seed ${seed}: ${error instanceof Error ? error.message : error}`)
  }
  if (tried() - told >= 50_000) {
    told = tried()
    progress()
  }
}
const problems = [...totals.problems].sort().map(([code, number]) => `${code} ${number}`)
console.log(
  [
    `fuzz: seeds ${first} to ${seed - 1}, ${totals.chunks} chunks, ${tried()} records tried`,
    `${totals.records} read and ${totals.unreadable} told as lost`,
    `${totals.packed} compared after packing`,
    `problems: ${problems.join(', ')}`,
    `slowest chunk ${totals.slowest.ms.toFixed(0)} ms CPU (seed ${totals.slowest.seed})`,
    `largest output ${totals.largest.units} code units for a chunk (seed ${totals.largest.seed})`,
    `longest dump ${totals.longest.bytes} bytes for a chunk (seed ${totals.longest.seed})`,
    `most memory for a chunk ${totals.heaviest.mib.toFixed(0)} MiB (seed ${totals.heaviest.seed}), of all ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
    `${finds} finds`,
  ].join('; '),
)
process.exitCode = finds > 0 ? 1 : 0

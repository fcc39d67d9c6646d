// A test runner for Stryker that keeps the tests of both rooms loaded in one process: a mutation costs the milliseconds of the tests
// that reach it, where starting Vitest for each would cost a second. Mutations of what runs while a module loads get the modules
// loaded anew. A test that fails under a mutation has to pass again without it; otherwise its verdict is not believed.
import { appendFileSync, globSync, readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  DryRunStatus,
  determineHitLimitReached,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { included, leftOut } from './tests.mjs'

// the name Stryker's instrumented sources know
globalThis.__stryker__ ??= {}
const stryker = globalThis.__stryker__
const project = process.cwd()
const functions = new URL('./test-functions.mjs', import.meta.url).href

/** What depends on the rooms and so is loaded anew; the rest (readers, samples) stays as it is. */
const volatile =
  /\/(src\/(chains|playbook)|test\/(unit|laws|generated)|test\/builders\/(playbook|chain-worlds|playbook-stories|chain-stories))[/.]/
const sources = new Map()
let generation = 0
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'vitest' && context.parentURL !== functions)
      return { url: functions, format: 'module', shortCircuit: true }
    const found = next(specifier, context)
    if (!found.url.startsWith(pathToFileURL(project).href) || !volatile.test(found.url)) return found
    return { ...found, url: `${found.url.split('?')[0]}?${generation}` }
  },
  load(url, context, next) {
    const [place, query] = url.split('?')
    if (query === undefined || !place.endsWith('.ts')) return next(url, context)
    let source = sources.get(place)
    if (source === undefined) {
      source = stripTypeScriptTypes(readFileSync(fileURLToPath(place), 'utf8'))
      sources.set(place, source)
    }
    return { format: 'module', source, shortCircuit: true }
  },
})
const { collected } = await import(functions)

async function load() {
  generation++
  const tests = []
  collected.tests = tests
  for (const file of globSync(included, { cwd: project }).sort()) {
    collected.file = file.replaceAll('\\', '/')
    collected.path = []
    collected.hooks = [[]]
    await import(`${pathToFileURL(join(project, file)).href}?${generation}`)
  }
  return tests.filter(({ title }) => !leftOut.test(title))
}

async function prepare({ before }) {
  for (const hook of before) {
    hook.done ??= Promise.resolve(hook.run())
    await hook.done
  }
}
/** → undefined when it passes, else why not. */
async function failureOf(test) {
  try {
    await prepare(test)
    await test.run()
    return undefined
  } catch (error) {
    return String(error?.message ?? error)
  }
}

/** Modules that do not even load under a mutation fail the only test there is then. */
function notLoaded(error) {
  const fail = () => {
    throw error
  }
  return [{ id: 'loading', file: '', title: 'loading', run: fail, before: [] }]
}

/** A changed word of a sentence for people is no changed verdict: words alone (`strong`, `L3`, `4698`) are tried, sentences are not. */
const sentence = 'a sentence'
const wording = {
  shouldIgnore: ({ node }) => (node.type === 'StringLiteral' && /\s/.test(node.value) ? sentence : undefined),
}
// to ignore a template would be to ignore the expressions inside it
const isTemplate = ({ mutatorName, replacement }) => mutatorName === 'StringLiteral' && replacement === '``'

const isPrepared = ({ before, file }) => before.length === 0 && !file.startsWith('test/generated')

/** How long a mutation is tried, in milliseconds of the processor, beyond the tests that have found others in its file. */
const patienceMs = 700
const usedSince = (before) => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

class InProcessRunner {
  tests
  /** id → milliseconds of the processor, when everything is warm */
  times = new Map()
  /** file → id of a test → mutations of the file it has found: those tests are tried first, then the quick ones */
  finders = new Map()
  /** Verdicts taken back because their test did not pass without the mutation either. */
  doubted = 0

  capabilities() {
    return { reloadEnvironment: true }
  }
  async init() {
    this.tests = await load()
  }
  async dryRun() {
    const results = []
    // as the first thing in the process that runs: what loads the modules has been counted as static by now
    for (const test of this.tests) {
      stryker.currentTestId = undefined
      await prepare(test)
      stryker.currentTestId = test.id
      const failure = await failureOf(test)
      // once more, for the time it takes when everything is compiled
      const start = performance.now()
      const usage = process.cpuUsage()
      if (failure === undefined) await failureOf(test)
      const timeSpentMs = performance.now() - start
      stryker.currentTestId = undefined
      const said = { id: test.id, name: test.title, fileName: join(project, test.file) }
      this.times.set(test.id, usedSince(usage))
      results.push(
        failure === undefined
          ? { ...said, status: TestStatus.Success, timeSpentMs }
          : { ...said, status: TestStatus.Failed, timeSpentMs, failureMessage: failure },
      )
    }
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: stryker.mutantCoverage }
  }
  async mutantRun(options) {
    const start = performance.now()
    const told = await this.verdictOn(options)
    const { fileName, location, mutatorName, replacement } = options.activeMutant
    const line = {
      fileName,
      location,
      mutatorName,
      replacement,
      status: told.status,
      ms: Math.round(performance.now() - start),
    }
    appendFileSync(
      join(project, '..', 'verdicts.jsonl'),
      `${JSON.stringify({ ...line, killedBy: told.killedBy?.[0], doubted: this.doubted })}\n`,
    )
    return told
  }
  async verdictOn({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    if (isTemplate(activeMutant)) return { status: MutantRunStatus.Error, errorMessage: sentence }
    stryker.hitLimit = hitLimit
    stryker.hitCount = hitLimit === undefined ? undefined : 0
    stryker.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined
    try {
      // what is loaded anew for one mutation is not asked what takes long to prepare
      const tests =
        mutantActivation === 'static' ? (await load().catch(notLoaded)).filter(isPrepared) : this.tests
      stryker.activeMutant = activeMutant.id
      const wanted = testFilter && new Set(testFilter)
      const finders = this.finders.get(activeMutant.fileName) ?? new Map()
      this.finders.set(activeMutant.fileName, finders)
      const chosen = tests
        .filter(({ id }) => !wanted || wanted.has(id))
        .sort(
          (a, b) =>
            (finders.get(b.id) ?? 0) - (finders.get(a.id) ?? 0) ||
            (this.times.get(a.id) ?? 0) - (this.times.get(b.id) ?? 0),
        )
      const results = []
      const usage = process.cpuUsage()
      for (const test of chosen) {
        // what so many tests did not see counts as not seen
        if (!finders.has(test.id) && usedSince(usage) > patienceMs) break
        const start = performance.now()
        const usedBefore = process.cpuUsage()
        const failure = await failureOf(test)
        const said = { id: test.id, name: test.title, timeSpentMs: performance.now() - start }
        // a runner that took over from one that hung has measured nothing yet
        if (!this.times.has(test.id)) this.times.set(test.id, usedSince(usedBefore))
        const limit = determineHitLimitReached(stryker.hitCount, hitLimit)
        if (limit) return toMutantRunResult(limit)
        if (failure === undefined) {
          results.push({ ...said, status: TestStatus.Success })
          continue
        }
        stryker.activeMutant = undefined
        if (mutantActivation !== 'static' && (await failureOf(test)) !== undefined) {
          // the mutation left something behind; judge it again from a fresh start
          this.tests = await load()
          for (const one of this.tests) await prepare(one)
          if (++this.doubted > 1000) throw new Error(`${test.id} fails without any mutation: ${failure}`)
          return await this.verdictOn({ activeMutant, testFilter, hitLimit, mutantActivation })
        }
        finders.set(test.id, (finders.get(test.id) ?? 0) + 1)
        results.push({ ...said, status: TestStatus.Failed, failureMessage: failure })
        break
      }
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: results })
    } finally {
      stryker.activeMutant = undefined
    }
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
  declareValuePlugin(PluginKind.Ignore, 'wording', wording),
]

import type { Reporter, TestModule, TestSuite } from 'vitest/node'

/**
 * Closes the run with one line, `N passed, N failed`, as the very last thing on stdout. A file that could not be
 * collected, a hook that threw, an error outside every test and a test that never came to its end count as failed.
 */
export default class ClosingLine implements Reporter {
  private closing = ''

  onInit(): void {
    // at exit, so that nothing another reporter still has to say comes after it
    process.once('exit', () => process.stdout.write(this.closing))
  }

  onTestRunStart(): void {
    this.closing = '0 passed, 1 failed\n'
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    this.closing = closingLine(countTests(modules, unhandled))
  }
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const closingLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`

type Counted = Pick<TestModule | TestSuite, 'errors'>
type Tests = Iterable<{ result(): { readonly state: string } }>
export interface CountedModule extends Counted {
  readonly children: { allTests(): Tests; allSuites(): Iterable<Counted> }
}

/** Tests by outcome; errors of files and suites are failures of their own, also where no test ran. */
export function countTests(modules: readonly CountedModule[], unhandled: readonly unknown[]): Counts {
  const counts = { passed: 0, failed: unhandled.length, skipped: 0 }
  for (const module of modules) {
    counts.failed += module.errors().length
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed' || state === 'skipped') counts[state] += 1
      else counts.failed += 1
    }
  }
  return counts
}

// What a test file gets as `vitest` while mutations are tried: its real `expect`, and functions that collect tests instead of
// running them, so that one process can run any of them again and again.
import { format } from 'node:util'

export { expect } from 'vitest'

/** Tests and hooks of the files loaded last; `file` is set by who loads them. */
export const collected = { file: '', tests: [], path: [], hooks: [[]] }

function add(name, run) {
  const title = [...collected.path, name].join(' > ')
  // the same name twice in one file would be the same test for Stryker
  const same = collected.tests.filter((test) => test.file === collected.file && test.title === title).length
  const id = `${collected.file} ${title}${same > 0 ? ` (${same + 1})` : ''}`
  collected.tests.push({ id, file: collected.file, title, run, before: collected.hooks.flat() })
}
function group(name, body) {
  collected.path.push(name)
  collected.hooks.push([])
  body()
  collected.hooks.pop()
  collected.path.pop()
}
function fill(name, row, at) {
  const places = name.match(/%[sdifjoO]/g)?.length ?? 0
  return places > 0 ? format(name, ...row.slice(0, places)) : `${name} [${at}]`
}
function withVariants(take) {
  const each =
    (rows) =>
    (name, ...rest) =>
      rows.forEach((row, at) => {
        const values = Array.isArray(row) ? row : [row]
        const run = rest.find((part) => typeof part === 'function')
        take(fill(name, values, at), () => run(...values))
      })
  const only = (name, ...rest) =>
    take(
      name,
      rest.find((part) => typeof part === 'function'),
    )
  const nothing = () => {}
  nothing.each = () => nothing
  return Object.assign(only, {
    each,
    runIf: (wanted) => (wanted ? withVariants(take) : nothing),
    skipIf: (unwanted) => (unwanted ? nothing : withVariants(take)),
  })
}
export const it = withVariants(add)
export const test = it
export const describe = withVariants(group)

/** Runs once per loading; what it makes is shared by the tests, as in Vitest. */
export function beforeAll(run) {
  collected.hooks.at(-1).push({ run, done: undefined })
}
export const afterAll = () => {}

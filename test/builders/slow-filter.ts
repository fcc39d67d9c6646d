/**
 * What a filter means, told the slow way: every record by itself, every value as text, nothing remembered. Written apart from the
 * product's own filters, so that both must be wrong in the same way to be wrong unnoticed.
 */
import { logonId } from '../../src/domain/ids.ts'
import { parseUtc } from '../../src/domain/time.ts'
import type { TimelineFilter } from '../../src/workflow/records/filter.ts'
import { positionsOf } from '../../src/workflow/records/positions.ts'
import type { RecordIndex } from '../../src/workflow/records/record-index.ts'

type Is = (lower: string) => boolean

const made = new Map<string, Is>()
/** Makes a test once, not for every record. */
const once = (key: string, make: () => Is): Is => {
  const is = made.get(key) ?? make()
  made.set(key, is)
  return is
}

const wild = (value: string, anywhere = false): Is =>
  once(`${anywhere} ${value}`, () => wildTest(value, anywhere))
const wildTest = (value: string, anywhere: boolean): Is => {
  const parts = value.toLowerCase().split('*')
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')
  const pattern = new RegExp(anywhere ? escaped : `^${escaped}$`)
  return (text) => pattern.test(text)
}
const path = (value: string): Is => {
  const lower = value.toLowerCase()
  return (text) =>
    wild(value)(text) || text.endsWith(`\\${lower}`) || (!lower.includes('*') && text.includes(lower))
}
const quad = (text: string): number | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}
const address = (value: string): Is => once(`address ${value}`, () => addressTest(value))
const addressTest = (value: string): Is => {
  const bare = (text: string) => text.replace(/^::ffff:/, '')
  const [base, bits] = value.split('/')
  const network = quad(base ?? '')
  if (bits === undefined || network === undefined)
    return (text) => wild(value)(text) || wild(value)(bare(text))
  const size = 2 ** (32 - Number(bits))
  return (text) => {
    const own = quad(bare(text))
    return own !== undefined && Math.floor(own / size) === Math.floor(network / size)
  }
}
const logon = (value: string): Is => {
  const wanted = logonId(value)
  return wanted === undefined ? wild(value) : (text) => logonId(text) === wanted
}
const isSet: Is = (text) => text !== '' && text !== '-'

/** Global rows in total order. */
export function slowRows(index: RecordIndex, filter: TimelineFilter): number[] {
  const from = filter.from === undefined ? undefined : (parseUtc(filter.from) as bigint)
  const to = filter.to === undefined ? undefined : (parseUtc(filter.to) as bigint)
  const lowers = new Map<number, string[]>()
  return [...index.order].filter((global) => {
    const { segment, row } = index.at(global)
    const time = segment.time(row)
    if ((from !== undefined && time < from) || (to !== undefined && time > to)) return false
    const shape = segment.shapes[segment.shape(row)] as (typeof segment.shapes)[number]
    const numbers = segment.valuesOfBlock(segment.blockOf(row))
    const start = segment.valueStart(row)
    const base = global - row
    let known = lowers.get(base)
    if (!known) {
      known = Array.from({ length: segment.values.count }, (_, number) =>
        segment.values.text(number).toLowerCase(),
      )
      lowers.set(base, known)
    }
    // a number that stands for no value fits nothing, not even nothing
    const value = (at: number): string | undefined => known[numbers[start + at] as number]
    const any = (places: readonly number[], is: Is) =>
      places.some((at) => {
        const text = at < 0 ? undefined : value(at)
        return text !== undefined && is(text)
      })
    const at = positionsOf(shape)
    const tuple = segment.tuple(row)
    const field = (places: readonly number[], wanted: string, is: Is) =>
      wanted.toLowerCase() === 'none' ? !any(places, isSet) : any(places, is)
    const passes = (key: TimelineFilter['terms'][number]['key'], wanted: string): boolean => {
      switch (key) {
        case 'host': {
          const computer = tuple.computer.toLowerCase()
          return wild(wanted)(computer) || wild(wanted)(computer.split('.')[0] ?? '')
        }
        case 'channel':
          return wild(wanted, true)(tuple.channel.toLowerCase())
        case 'event': {
          const [low, high] = wanted.split('..').map(Number)
          const id = segment.eventId(row)
          return id >= (low as number) && id <= (high ?? (low as number))
        }
        case 'record': {
          const [low, high] = wanted.split('..').map(BigInt)
          const id = segment.recordId(row)
          return id >= (low as bigint) && id <= (high ?? (low as bigint))
        }
        case 'account': {
          if (wanted.toLowerCase() === 'none')
            return !any(
              at.accounts.map(({ name }) => name),
              isSet,
            )
          const slash = wanted.indexOf('\\')
          return at.accounts.some(({ sid, name, domain }) => {
            if (any([sid, name], wild(wanted))) return true
            if (slash < 0 || !any([name], wild(wanted.slice(slash + 1)))) return false
            return slash === 0 || any([domain], wild(wanted.slice(0, slash)))
          })
        }
        case 'address':
          return field(at.address, wanted, address(wanted))
        case 'task':
        case 'process':
        case 'share':
          return field(at[key], wanted, path(wanted))
        case 'logon':
          return field(at.logon, wanted, logon(wanted))
        case 'text': {
          const is = wild(wanted, true)
          return (
            [tuple.provider, tuple.channel, tuple.computer].some((text) => is(text.toLowerCase())) ||
            any([...shape.names.keys()], is)
          )
        }
        case 'is':
          return wanted === 'duplicate' ? index.isDuplicate(global) : index.isRecovered(global)
        default:
          return false
      }
    }
    return filter.terms.every(({ key, values, not }) => values.some((wanted) => passes(key, wanted)) !== not)
  })
}

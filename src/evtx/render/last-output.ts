/**
 * Where the output of the last record of one kind lies, step by step, and the values it was made of. Of the values of an event
 * in a log four in five are those of the event before: they and the literals between them are copied from the output there,
 * many at a time, and only what differs is rendered. Nothing is kept beside places: an output that was handed on, and a chunk
 * that was written over, are forgotten with `ByteWriter.forget`.
 */
import { Instance } from '../binxml/instance.ts'
import type { ByteWriter } from './byte-writer.ts'

/** records with more are rendered whole: what is kept stays small */
export const mostValues = 256
const mostSteps = 1024

export class LastOutput {
  /** of the writer when all this was true */
  #epoch = -1
  #busy = -1
  view: DataView = new DataView(new ArrayBuffer(0))
  /** the values it was made of; `inner` only where a record has two instances */
  outer = new Instance()
  inner: Instance | undefined
  /** where it begins */
  start = 0
  /** code units all steps were charged */
  cost = 0
  /** per step: where its output ends, the state of the renderer behind it, code units it was charged beside its program's */
  readonly ends: Int32Array
  readonly states: Int32Array
  readonly costs: Int32Array

  constructor(steps: number) {
    this.ends = new Int32Array(steps)
    this.states = new Int32Array(steps)
    this.costs = new Int32Array(steps)
  }

  /** Whether a record of this form is worth remembering, and this one not being written just now (a fragment in its own kind). */
  begin(out: ByteWriter): boolean {
    if (this.#busy === out.epoch) return false
    this.#busy = out.epoch
    return true
  }

  isKnown(out: ByteWriter): boolean {
    return this.#epoch === out.epoch
  }

  /** All steps are written and told of: from now on they may be repeated. */
  end(out: ByteWriter, start: number, cost: number, view: DataView): void {
    this.#epoch = out.epoch
    this.#busy = -1
    this.start = start
    this.cost = cost
    this.view = view
  }

  /** Copies the output from place `from` of the last one up to step `to`, of which steps from `first` on are part. */
  repeat(out: ByteWriter, from: number, first: number, to: number): void {
    const { ends } = this
    if (to <= first) return
    const shift = out.at - from
    const length = (ends[to - 1] as number) - from
    out.copy(out.view, from, length)
    for (let k = first; k < to; k++) ends[k] = (ends[k] as number) + shift
  }
}

export const isRemembered = (steps: number, instance: Instance): boolean =>
  steps <= mostSteps && instance.offsets.length <= mostValues

/**
 * Tells which values differ from those of an older instance with as many: each such `changed[i]` becomes `mark`. Values lie one
 * behind the other, so those of the same sizes are compared as one run of bytes.
 */
export function markChanged(
  view: DataView,
  now: Instance,
  oldView: DataView,
  old: Instance,
  changed: Int32Array,
  mark: number,
): void {
  const { count, sizes, types, offsets } = now
  const { sizes: oldSizes, types: oldTypes, offsets: oldOffsets } = old
  let i = 0
  while (i < count) {
    let at = (offsets[i] as number) | 0
    let end = at
    const first = i
    while (i < count && sizes[i] === oldSizes[i] && types[i] === oldTypes[i]) {
      end = (end + (sizes[i] as number)) | 0
      i = (i + 1) | 0
    }
    const shift = ((oldOffsets[first] as number) - at) | 0
    let value = first
    while (at < end) {
      if (((at + 8) | 0) <= end) {
        if (
          ((view.getInt32(at, true) ^ oldView.getInt32((at + shift) | 0, true)) |
            (view.getInt32((at + 4) | 0, true) ^ oldView.getInt32((at + shift + 4) | 0, true))) ===
          0
        ) {
          at = (at + 8) | 0
          continue
        }
        while (view.getUint8(at) === oldView.getUint8((at + shift) | 0)) at = (at + 1) | 0
      } else if (view.getUint8(at) === oldView.getUint8((at + shift) | 0)) {
        at = (at + 1) | 0
        continue
      }
      // the value this byte belongs to; what stands behind it is compared on
      let next = ((offsets[value] as number) + (sizes[value] as number)) | 0
      while (next <= at) {
        value = (value + 1) | 0
        next = (next + (sizes[value] as number)) | 0
      }
      changed[value] = mark
      value = (value + 1) | 0
      at = next
    }
    if (i < count) {
      changed[i] = mark
      i = (i + 1) | 0
    }
  }
}

/**
 * Splits the records of one task name into lifetimes: a name can be given again after a deletion, and what the first task of the
 * name did says nothing of the second. Pure.
 */

/** `noted`: a record about the task that neither begins nor ends anything */
export type LifeDeed = 'created' | 'registered' | 'changed' | 'deleted' | 'unregistered' | 'ran' | 'noted'

export interface LifeMark {
  /** FILETIME */
  readonly time: bigint
  readonly deed: LifeDeed
}

export interface Lifetime {
  /** positions in the marks given */
  readonly marks: readonly number[]
  /** time of the first record of its creation; undefined when there is none */
  readonly began: bigint | undefined
  readonly beganAt: readonly number[]
  readonly ended: bigint | undefined
  readonly endedAt: readonly number[]
  /** when the name was given again without a record of a deletion before */
  readonly replaced: bigint | undefined
  /** begun by what the registry says alone */
  readonly fromRegistry: boolean
}

/** 4698 and 106 tell of one creation, 4699 and 141 of one deletion: written by two services within this time. FILETIME ticks. */
const together = 50_000_000n

interface Open {
  readonly marks: number[]
  readonly beganAt: number[]
  readonly endedAt: number[]
  began: bigint | undefined
  ended: bigint | undefined
  fromRegistry: boolean
  /** time of its last mark */
  lastAt: bigint
  readonly deeds: Set<LifeDeed>
}

/**
 * @param marks in total order
 * @param registered when the registry says the task there was registered (DynamicInfo)
 */
export function splitLifetimes(
  marks: readonly LifeMark[],
  registered?: bigint | undefined,
): readonly Lifetime[] {
  const lives: Open[] = []
  const open = (): Open => {
    const life: Open = {
      marks: [],
      beganAt: [],
      endedAt: [],
      began: undefined,
      ended: undefined,
      fromRegistry: false,
      lastAt: 0n,
      deeds: new Set(),
    }
    lives.push(life)
    return life
  }
  for (const [at, { time, deed }] of marks.entries()) {
    const last = lives.at(-1)
    const isBirth = deed === 'created' || deed === 'registered'
    const isDeath = deed === 'deleted' || deed === 'unregistered'
    const life = !last || beginsAnother(last, time, deed) ? open() : last
    if (isBirth) {
      life.began ??= time
      life.beganAt.push(at)
    }
    if (isDeath) {
      life.ended ??= time
      life.endedAt.push(at)
    }
    life.deeds.add(deed)
    life.marks.push(at)
    life.lastAt = time
  }
  const last = lives.at(-1)
  if (registered !== undefined && (!last || isLater(last, registered))) {
    const life = open()
    life.began = registered
    life.fromRegistry = true
  }
  return lives.map(({ marks, began, beganAt, ended, endedAt, fromRegistry }, number) => ({
    marks,
    began,
    beganAt,
    ended,
    endedAt,
    fromRegistry,
    replaced: ended === undefined ? lives[number + 1]?.began : undefined,
  }))
}

function beginsAnother(life: Open, time: bigint, deed: LifeDeed): boolean {
  const { began, ended, deeds } = life
  const near = (other: bigint | undefined) => other !== undefined && time - other <= together
  if (deed === 'created' || deed === 'registered') {
    // a task whose creation comes after other records of it was there before under the same name
    if (ended !== undefined) return !(began !== undefined && near(began) && !deeds.has(deed))
    if (began === undefined) return time - life.lastAt > together
    return deeds.has(deed) || !near(began)
  }
  if (ended === undefined) return false
  if (deed === 'deleted' || deed === 'unregistered') return deeds.has(deed) || !near(ended)
  // runs end after the deletion of their task; only a change needs the task to be there again
  return deed === 'changed' && !near(ended)
}

/** The registry shows a task that was registered after all that the records tell. */
function isLater(life: Open, registered: bigint): boolean {
  if (life.ended !== undefined) return registered > life.ended
  return life.began !== undefined && registered - life.began > together
}

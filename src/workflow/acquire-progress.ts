/** How far a collection is, of all that is planned and of the artifact that is taken now. */
import type { CollectOptions } from '../acquire/collecting.ts'
import type { Plan } from '../acquire/plan.ts'
import type { OnProgress, ProgressPart } from '../domain/progress.ts'
import { Meter } from './meter.ts'

export interface Told {
  onArtifact: NonNullable<CollectOptions['onArtifact']>
  onBytes: NonNullable<CollectOptions['onBytes']>
  onProblem: CollectOptions['onProblem']
}

/** What the collectors tell, as progress. */
export function toldProgress(host: string, plan: Plan, onProgress: OnProgress | undefined): Told {
  const meter = new Meter(onProgress, {
    phase: `Collecting from ${host}`,
    step: 'copy',
    unit: 'bytes',
    total: plan.artifacts.reduce((sum, one) => sum + (one.bytes ?? 0), 0),
  })
  let before = 0
  let current = 0
  let id = ''
  let since = performance.now()
  const troubled: string[] = []
  const part = (done: number): ProgressPart => {
    const total = current || null
    const seconds = (performance.now() - since) / 1000
    const rate = seconds > 0.3 && done > 0 ? done / seconds : null
    const remainingSeconds = rate === null || total === null ? null : Math.max(0, (total - done) / rate)
    return { id, done, total, rate, remainingSeconds, troubled: [...troubled] }
  }
  return {
    onArtifact(artifact) {
      before += current
      current = artifact.bytes ?? 0
      id = artifact.id
      since = performance.now()
      meter.part = part(0)
      meter.say(`${host}: ${artifact.what}`)
      meter.to(before)
    },
    onBytes(arrived) {
      meter.part = part(arrived)
      meter.to(before + Math.min(arrived, current))
    },
    onProblem(problem) {
      if (problem.severity !== 'info' && id !== '' && !troubled.includes(id)) troubled.push(id)
    },
  }
}

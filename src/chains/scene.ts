/** What every rule may look at: one host's index, what its logs can tell, the windows. */
import type { HostFacts } from '../domain/chain.ts'
import type { Locator } from '../domain/locator.ts'
import type { FileTime } from '../domain/time.ts'
import { bootAt } from './boots.ts'
import type { HostCoverage } from './coverage.ts'
import type { HostIndex } from './host-index.ts'
import type { ProcessClaims } from './process-claims.ts'
import type { ChainWindows } from './windows.ts'

export interface Scene {
  readonly host: HostIndex
  readonly coverage: HostCoverage
  readonly facts: readonly HostFacts[]
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
  readonly windows: ChainWindows
  readonly claims: ProcessClaims
}

export const bootOf = (scene: Scene, time: FileTime): number => bootAt(scene.host.boots, time)

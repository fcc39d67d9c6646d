/** What a person sets for this machine: kept in the window's own storage, never in a case. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { formatHostClock, formatOffset } from '../widgets/format.ts'

export const densities = ['roomy', 'standard', 'dense'] as const
export type Density = (typeof densities)[number]

export interface Settings {
  /** shown beside UTC: the host's own clock, none, or an IANA zone */
  readonly beside: string
  readonly density: Density
}
export const hostsOwn = 'host'
export const noZone = 'none'

const key = 'tasktrail.settings'
const listeners = new Set<() => void>()
let now: Settings | undefined

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** What was kept, as far as it can be used: nothing in storage can break the window. */
export function settingsOf(kept: string | null): Settings {
  let found: Partial<Record<keyof Settings, unknown>> = {}
  try {
    const read: unknown = JSON.parse(kept ?? '{}')
    if (typeof read === 'object' && read !== null) found = read
  } catch {
    // what cannot be read is as if nothing was kept
  }
  const { beside } = found
  return {
    beside:
      typeof beside === 'string' && (beside === noZone || beside === hostsOwn || isZone(beside))
        ? beside
        : hostsOwn,
    density: densities.find((each) => each === found.density) ?? 'standard',
  }
}

export function readSettings(): Settings {
  now ??= settingsOf(localStorage.getItem(key))
  return now
}

export function applyDensity(density: Density): void {
  document.documentElement.dataset.density = density
}

export function changeSettings(change: Partial<Settings>): void {
  now = { ...readSettings(), ...change }
  localStorage.setItem(key, JSON.stringify(now))
  applyDensity(now.density)
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  // another window of this machine changed them
  const onStorage = (event: StorageEvent) => {
    if (event.key !== key) return
    now = undefined
    applyDensity(readSettings().density)
    listener()
  }
  window.addEventListener('storage', onStorage)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', onStorage)
  }
}
export const useSettings = (): Settings => useSyncExternalStore(subscribe, readSettings)

/** A time in a zone, `21:21:26` or with its date where that differs from UTC's; undefined when it is no time. */
export function clockIn(zone: string, iso: string): string | undefined {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return undefined
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(ms)
  const [day = '', clock = ''] = parts.split(' ')
  return day === iso.slice(0, 10) ? clock : `${day} ${clock}`
}

export interface Beside {
  readonly clock: string
  /** whose clock: a host, or a zone */
  readonly where: string
}
/** What stands beside a UTC time, as the operator wants it; undefined: nothing. */
export function useBeside(): (iso: string, host: string, offsetMinutes: number | null) => Beside | undefined {
  const { beside } = useSettings()
  return useCallback(
    (iso, host, offsetMinutes) => {
      if (beside === noZone || beside === 'UTC') return undefined
      const clock = beside === hostsOwn ? formatHostClock(iso, offsetMinutes) : clockIn(beside, iso)
      return clock === undefined ? undefined : { clock, where: beside === hostsOwn ? host : beside }
    },
    [beside],
  )
}

/** `fs01 +02:00` or a zone, for the status bar; undefined: UTC alone. */
export function useZoneWords(host: string | undefined, offsetMinutes: number | null): string | undefined {
  const { beside } = useSettings()
  return useMemo(() => {
    if (beside === noZone) return undefined
    if (beside !== hostsOwn) return beside === 'UTC' ? undefined : beside
    return host === undefined || offsetMinutes === null
      ? undefined
      : `${host} ${formatOffset(offsetMinutes).slice(3)}`
  }, [beside, host, offsetMinutes])
}

/** Zones this machine knows by name. */
export const zones = (): readonly string[] => Intl.supportedValuesOf('timeZone')

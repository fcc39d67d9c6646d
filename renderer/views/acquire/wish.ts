/** The form of Acquire as it is filled in, what is wrong with it, and what it asks the engine. No password in here. */
import type { AcquireWish } from '../../shell/acquire-state.tsx'

export type Via = AcquireWish['via']
export interface FormText {
  readonly hosts: string
  readonly via: Via
  readonly user: string
  readonly askThere: boolean
  readonly plan: AcquireWish['plan']['name']
  /** ids of artifacts to add to the plan and to leave out */
  readonly with: readonly string[]
  readonly without: readonly string[]
  readonly from: string
  readonly to: string
  readonly port: string
  readonly identity: string
  readonly configFile: string
  readonly pin: string
  readonly trustHost: boolean
  readonly parallel: string
}
export const blankForm: FormText = {
  hosts: '',
  via: 'auto',
  user: '',
  askThere: false,
  plan: 'playbook',
  with: [],
  without: [],
  from: '',
  to: '',
  port: '',
  identity: '',
  configFile: '',
  pin: '',
  trustHost: false,
  parallel: '4',
}
export type Faults = Partial<Record<keyof FormText, string>>

/** One name to a line, comments and blanks left out, each once. */
export function hostsOf(text: string): readonly string[] {
  const names = new Map<string, string>()
  for (const row of text.split(/[\n,;]/)) {
    const name = row.replace(/#.*$/, '').trim()
    if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  }
  return [...names.values()]
}

/** `2026-01-13 20:00` or ISO, UTC; undefined when it is no time. */
export function utcOf(text: string): string | undefined {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?)?(?:\.\d+)?Z?$/.exec(text.trim())
  if (!found) return undefined
  const iso = `${found[1]}T${found[2] ?? '00:00'}:${found[3] ?? '00'}.000Z`
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) || date.toISOString() !== iso ? undefined : iso
}

const numberIn = (text: string, most: number) =>
  /^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most

export function faultsOfForm(form: FormText): Faults {
  const faults: { -readonly [name in keyof Faults]: string } = {}
  const hosts = hostsOf(form.hosts)
  if (form.via !== 'local' && hosts.length === 0) faults.hosts = 'Name at least one host.'
  else if (hosts.length > 10_000) faults.hosts = 'More than 10,000 hosts. Split the list.'
  else if (hosts.some((host) => host.length > 255)) faults.hosts = 'A host name has at most 255 characters.'
  for (const end of ['from', 'to'] as const)
    if (form[end].trim() !== '' && utcOf(form[end]) === undefined)
      faults[end] = 'Write a UTC time, for example 2026-01-13 20:00.'
  const [from, to] = [utcOf(form.from), utcOf(form.to)]
  if (from !== undefined && to !== undefined && from > to) faults.to = 'It ends before it begins.'
  if (form.port.trim() !== '' && !numberIn(form.port, 65_535)) faults.port = 'A number from 1 to 65535.'
  if (!numberIn(form.parallel, 64)) faults.parallel = 'A number from 1 to 64.'
  if (form.pin.trim() !== '' && !/^[0-9A-Fa-f:]{40,95}$/.test(form.pin.trim()))
    faults.pin = 'SHA-1 or SHA-256 of the certificate, in hex.'
  return faults
}

/** Only what the chosen way can use is asked for. */
export function wishOf(form: FormText): AcquireWish {
  const port = form.port.trim() === '' ? {} : { port: Number(form.port) }
  const from = utcOf(form.from)
  const to = utcOf(form.to)
  const isJump = form.via === 'auto' || form.via.startsWith('winrm')
  const isSsh = form.via === 'auto' || form.via === 'ssh'
  const text = (name: 'identity' | 'configFile') =>
    form[name].trim() === '' ? {} : { [name]: form[name].trim() }
  const ssh = { ...(form.via === 'ssh' ? port : {}), ...text('identity'), ...text('configFile') }
  return {
    via: form.via,
    ...(form.user.trim() === '' || form.via === 'local' ? {} : { user: form.user.trim() }),
    ...(form.askThere && form.via !== 'ssh' && form.via !== 'local' ? { askThere: true } : {}),
    ...(form.via.startsWith('winrm') ? port : {}),
    ...(isJump && form.pin.trim() !== '' ? { pin: form.pin.trim() } : {}),
    ...(isJump && form.trustHost ? { trustHost: true } : {}),
    ...(isSsh && Object.keys(ssh).length > 0 ? { ssh } : {}),
    plan: {
      name: form.plan,
      ...(form.with.length > 0 ? { with: [...form.with] } : {}),
      ...(form.without.length > 0 ? { without: [...form.without] } : {}),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  }
}

/** Whether a password can be of use at all: ssh has its own keys, this machine needs none. */
export const takesSecret = (form: Pick<FormText, 'via' | 'user' | 'askThere'>): boolean =>
  form.user.trim() !== '' && !form.askThere && form.via !== 'ssh' && form.via !== 'local'

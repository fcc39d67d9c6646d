/** Task definition XML (MS-TSCH schema) to a typed task. By local name, in any order; the caller keeps the raw text. */
import type {
  TaskAction,
  TaskDefinition,
  TaskPrincipal,
  TaskReading,
  TaskSettings,
  TaskTrigger,
} from '../domain/task.ts'
import { decodeText, type TextEncodingName } from './decode-text.ts'
import { readingLike } from './same-but-times.ts'
import { readXml, type XmlElement } from './xml-tree.ts'

const taskNamespace = 'http://schemas.microsoft.com/windows/2004/02/mit/task'
const maximumUnknown = 200
const maximumDetails = 1000

/**
 * Reads TaskContent of an event or the text of a task file. Never throws on content: what can be read is in `definition`, the
 * first thing that went wrong in `trouble`, elements the schema does not know in `definition.unknownElements`.
 */
export function readTaskXml(text: string): TaskReading {
  return readingLike(text, readWhole)
}

function readWhole(text: string): TaskReading {
  if (/^[\s\ufeff\0]*$/.test(text)) {
    return nothing('tasks.xml.empty', 'line 1, column 1', 'There is no task definition: the text is empty.')
  }
  const { root, trouble } = readXml(text)
  if (!root) {
    if (trouble) return { definition: undefined, trouble }
    return nothing('tasks.xml.not-a-task', 'line 1, column 1', 'The text holds no XML element.')
  }
  if (root.name !== 'Task' || !inTaskNamespace(root)) {
    return nothing(
      'tasks.xml.not-a-task',
      'line 1, column 1',
      `The root element is "${root.name}"${root.namespace ? ` of ${root.namespace.slice(0, 120)}` : ''}, not a task definition.`,
    )
  }
  return { definition: definitionOf(root), trouble }
}

export interface TaskFileReading extends TaskReading {
  readonly text: string
  readonly encoding: TextEncodingName
}

/** Reads a task file as it lies on disk; trouble with its encoding comes before trouble with its XML. */
export function readTaskBytes(bytes: Uint8Array): TaskFileReading {
  const { text, encoding, trouble } = decodeText(bytes)
  const reading = readTaskXml(text)
  return { definition: reading.definition, trouble: trouble ?? reading.trouble, text, encoding }
}

const nothing = (code: string, where: string, what: string): TaskReading => ({
  definition: undefined,
  trouble: { code, where, what },
})

/** A missing namespace is tolerated: content is often copied without it. */
const inTaskNamespace = (element: XmlElement) =>
  element.namespace === '' || element.namespace === taskNamespace

/** Collects what is met but not understood, in document order, without letting a hostile file make it grow. */
class Unknown {
  readonly paths: string[] = []
  add(path: string): void {
    if (this.paths.length < maximumUnknown) this.paths.push(path)
    else if (this.paths.length === maximumUnknown) this.paths.push('… and more')
  }
}

/** Children of one element by name, each at most once; a second one, a stranger or a foreign namespace is listed. */
function childrenOf(
  parent: XmlElement | undefined,
  path: string,
  known: readonly string[],
  unknown: Unknown,
): ReadonlyMap<string, XmlElement> {
  const found = new Map<string, XmlElement>()
  for (const child of parent?.children ?? []) {
    if (!known.includes(child.name) || !inTaskNamespace(child)) unknown.add(`${path}/${child.name}`)
    else if (found.has(child.name)) unknown.add(`${path}/${child.name} (again)`)
    else found.set(child.name, child)
  }
  return found
}

/** Text as written; undefined when the element is missing or has none. */
const textOf = (element: XmlElement | undefined) => element?.text || undefined
/** Text of a value that is a token, not prose: blanks around it mean nothing. */
const tokenOf = (element: XmlElement | undefined) => element?.text.trim() || undefined
/** xs:boolean */
function booleanOf(element: XmlElement | undefined): boolean | undefined {
  const token = tokenOf(element)?.toLowerCase()
  if (token === 'true' || token === '1') return true
  if (token === 'false' || token === '0') return false
  return undefined
}

function definitionOf(root: XmlElement): TaskDefinition {
  const unknown = new Unknown()
  const parts = childrenOf(
    root,
    'Task',
    ['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions', 'Data'],
    unknown,
  )
  const registration = childrenOf(
    parts.get('RegistrationInfo'),
    'Task/RegistrationInfo',
    ['Author', 'Date', 'URI', 'Source', 'Description', 'SecurityDescriptor', 'Version', 'Documentation'],
    unknown,
  )
  const actions = parts.get('Actions')
  return {
    version: root.attributes.get('version'),
    registration: {
      author: textOf(registration.get('Author')),
      date: tokenOf(registration.get('Date')),
      uri: textOf(registration.get('URI')),
      source: textOf(registration.get('Source')),
      description: textOf(registration.get('Description')),
      securityDescriptor: tokenOf(registration.get('SecurityDescriptor')),
      version: tokenOf(registration.get('Version')),
      documentation: textOf(registration.get('Documentation')),
    },
    triggers: (parts.get('Triggers')?.children ?? []).flatMap((trigger) => triggerOf(trigger, unknown)),
    principals: (parts.get('Principals')?.children ?? []).flatMap((principal) =>
      principalOf(principal, unknown),
    ),
    settings: settingsOf(parts.get('Settings')),
    actionsContext: actions?.attributes.get('Context'),
    actions: (actions?.children ?? []).flatMap((action) => actionOf(action, unknown)),
    payload: textOf(parts.get('Data')),
    unknownElements: unknown.paths,
  }
}

const triggerKinds = new Set(
  'Boot Logon Time Calendar Event Idle Registration SessionStateChange WnfStateChange Custom'.split(' '),
)

function triggerOf(element: XmlElement, unknown: Unknown): readonly TaskTrigger[] {
  const kind = element.name.replace(/Trigger$/, '')
  if (!triggerKinds.has(kind) || kind === element.name || !inTaskNamespace(element)) {
    unknown.add(`Task/Triggers/${element.name}`)
    // a trigger of a newer Windows still starts the task: shown by its name rather than dropped
    if (kind === element.name || !inTaskNamespace(element)) return []
  }
  const own = new Map<string, XmlElement>()
  const details: Details = new Map()
  attributesInto(element, '', details)
  for (const child of element.children) {
    if (ownOfTrigger.has(child.name) && !own.has(child.name)) {
      own.set(child.name, child)
      if (child.name === 'Repetition') flatten(child, child.name, details, repetitionParts)
    } else flatten(child, child.name, details)
  }
  const repetition = own.get('Repetition')
  const part = (name: string) => tokenOf(repetition?.children.find((child) => child.name === name))
  return [
    {
      kind,
      enabled: booleanOf(own.get('Enabled')) ?? true,
      startBoundary: tokenOf(own.get('StartBoundary')),
      endBoundary: tokenOf(own.get('EndBoundary')),
      delay: tokenOf(own.get('Delay')),
      repetition: repetition ? { interval: part('Interval'), duration: part('Duration') } : undefined,
      details: Object.fromEntries(details),
    },
  ]
}

const ownOfTrigger = new Set(['Enabled', 'StartBoundary', 'EndBoundary', 'Delay', 'Repetition'])
const repetitionParts = new Set(['Repetition/Interval', 'Repetition/Duration'])

function principalOf(element: XmlElement, unknown: Unknown): readonly TaskPrincipal[] {
  const path = 'Task/Principals/Principal'
  if (element.name !== 'Principal' || !inTaskNamespace(element)) {
    unknown.add(`Task/Principals/${element.name}`)
    return []
  }
  const parts = childrenOf(
    element,
    path,
    [
      'UserId',
      'GroupId',
      'LogonType',
      'RunLevel',
      'DisplayName',
      'ProcessTokenSidType',
      'RequiredPrivileges',
    ],
    unknown,
  )
  const privileges: string[] = []
  for (const child of parts.get('RequiredPrivileges')?.children ?? []) {
    const privilege = tokenOf(child)
    if (child.name !== 'Privilege') unknown.add(`${path}/RequiredPrivileges/${child.name}`)
    else if (privilege) privileges.push(privilege)
  }
  return [
    {
      id: element.attributes.get('id'),
      userId: tokenOf(parts.get('UserId')),
      groupId: tokenOf(parts.get('GroupId')),
      logonType: tokenOf(parts.get('LogonType')),
      runLevel: tokenOf(parts.get('RunLevel')),
      requiredPrivileges: privileges,
      displayName: textOf(parts.get('DisplayName')),
      processTokenSidType: tokenOf(parts.get('ProcessTokenSidType')),
    },
  ]
}

function settingsOf(element: XmlElement | undefined): TaskSettings {
  const all: Details = new Map()
  for (const child of element?.children ?? []) flatten(child, child.name, all)
  const named = (name: string) =>
    booleanOf(element?.children.find((child) => child.name === name && inTaskNamespace(child)))
  return {
    enabled: named('Enabled') ?? true,
    hidden: named('Hidden') ?? false,
    allowStartOnDemand: named('AllowStartOnDemand'),
    all: Object.fromEntries(all),
  }
}

function actionOf(element: XmlElement, unknown: Unknown): readonly TaskAction[] {
  const path = `Task/Actions/${element.name}`
  if (!inTaskNamespace(element)) {
    unknown.add(path)
    return []
  }
  switch (element.name) {
    case 'Exec': {
      const parts = childrenOf(element, path, ['Command', 'Arguments', 'WorkingDirectory'], unknown)
      return [
        {
          kind: 'exec',
          command: parts.get('Command')?.text ?? '',
          arguments: textOf(parts.get('Arguments')),
          workingDirectory: textOf(parts.get('WorkingDirectory')),
        },
      ]
    }
    case 'ComHandler': {
      const parts = childrenOf(element, path, ['ClassId', 'Data'], unknown)
      return [
        {
          kind: 'com-handler',
          classId: tokenOf(parts.get('ClassId')) ?? '',
          data: textOf(parts.get('Data')),
        },
      ]
    }
    case 'SendEmail':
    case 'ShowMessage': {
      const details: Details = new Map()
      for (const child of element.children) flatten(child, child.name, details)
      return [
        {
          kind: element.name === 'SendEmail' ? 'send-email' : 'show-message',
          details: Object.fromEntries(details),
        },
      ]
    }
    default:
      unknown.add(path)
      return []
  }
}

type Details = Map<string, string>

/** Leaves of an element as path → text; attributes as `path@name`; a repeated path gets `[2]`, `[3]`, … */
function flatten(element: XmlElement, path: string, into: Details, except?: ReadonlySet<string>): void {
  if (except?.has(path)) return
  attributesInto(element, path, into)
  const text = element.text.trim()
  if (text || element.children.length === 0) keep(into, path, text)
  for (const child of element.children) flatten(child, `${path}/${child.name}`, into, except)
}

function attributesInto(element: XmlElement, path: string, into: Details): void {
  for (const [name, value] of element.attributes) {
    if (name !== 'xmlns') keep(into, `${path}@${name}`, value)
  }
}

function keep(into: Details, path: string, text: string): void {
  if (into.size > maximumDetails) return
  if (into.size === maximumDetails) {
    into.set('…', `more than ${maximumDetails} values; the rest is in the raw definition`)
    return
  }
  let unique = path
  for (let count = 2; into.has(unique); count++) unique = `${path}[${count}]`
  into.set(unique, text)
}

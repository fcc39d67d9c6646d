/** Names of what is found on a task, as people say them. A code we do not know is shown as it is, never hidden. */
type Words = Readonly<Record<string, string>>

const findings: Words = {
  'no-security-descriptor': 'Hidden, no security descriptor',
  'descriptor-removed': 'Hidden, security descriptor removed',
  'index-zero': 'Hidden, Index is 0',
  'index-missing': 'Index missing',
  'registry-only': 'Only in the registry',
  'file-only': 'Only a file',
  'tree-without-file': 'In the registry, no file',
  'file-without-tree': 'A file, not in the registry',
  'task-without-tree': 'Orphaned, no Tree key',
  'tree-without-task': 'Orphaned, no Tasks key',
  'path-differs': 'Paths differ',
  'hash-differs': 'Hash differs from the file',
  'actions-differ': 'Actions differ, file and registry',
  'not-shown': 'Not shown by the service',
  'shown-without-tree': 'Shown, not in the registry',
  'put-in-place': 'Put in place past the service',
  'there-after-deletion': 'There after its deletion',
  'created-unrecorded': 'Creation not recorded',
  'ran-another-program': 'Ran another program',
}
const signs: Words = {
  'name-random': 'Random name',
  'name-guid': 'Name is a GUID',
  'name-of-windows': 'Named like Windows',
  'name-invisible': 'Invisible characters',
  'action-interpreter': 'Command interpreter',
  'action-encoded': 'Encoded PowerShell',
  'action-writable-path': 'Writable folder',
  'action-url': 'Web address',
  'action-output-share': 'Output to a share',
  'action-output-file': 'Output to a file',
  'action-unc': 'File on another machine',
  'system-remote': 'Remote and SYSTEM',
  'author-differs': 'Author differs',
  'definition-missing': 'No definition',
  'short-lived': 'Short life',
  hidden: 'Hidden setting',
}
const plain = (code: string) => {
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
export const findingWord = (code: string): string => findings[code] ?? plain(code)
export const signWord = (id: string): string => signs[id] ?? plain(id)

export const groupWords: Words = {
  alarm: 'Hidden, orphaned or tampered',
  notice: 'Views disagree',
  strong: 'Strong signs',
  sign: 'Signs, none strong',
  quiet: 'Nothing speaks against them',
}

export const viewWords: Words = {
  audit: 'Security log',
  history: 'Task log',
  file: 'Task file',
  registry: 'TaskCache',
  service: 'Service list',
  job: '.job file',
}

const fields: Words = {
  action: 'Command',
  workingDirectory: 'Start in',
  runAs: 'Runs as',
  runLevel: 'Run level',
  logonType: 'Logon type',
  privileges: 'Privileges',
  triggers: 'Triggers',
  hidden: 'Hidden',
  enabled: 'Enabled',
  author: 'Author',
  date: 'Date',
  uri: 'URI',
  source: 'Source',
  description: 'Description',
  securityDescriptor: 'Descriptor',
  payload: 'Payload',
}
export const fieldWord = (field: string): string => fields[field] ?? field.replace(/^settings\//, '')

const began: Words = {
  created: 'Created',
  registered: 'Registered',
  'first-seen': 'First seen',
  registry: 'Registry says created',
}
export const beganWord = (value: string): string => began[value] ?? value

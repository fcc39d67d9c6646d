/** Every checkbox of the playbook, in its own words and order; the ids are stable, because ticks and notes hang on them. */

export const phases = [
  'validation',
  'decision',
  'evidence-collection',
  'key-questions',
  'containment',
  'network-team',
  'evidence-preservation',
  'eradication',
  'recovery',
  'documentation',
  'lessons-learned',
  'escalation',
] as const
export type Phase = (typeof phases)[number]

export interface RowDefinition {
  readonly id: string
  readonly phase: Phase
  /** as the playbook has it, spelling included */
  readonly heading: string
}

const rows = (phase: Phase, list: Readonly<Record<string, string>>): readonly RowDefinition[] =>
  Object.entries(list).map(([id, heading]) => ({ id, phase, heading }))

export const checklistRows: readonly RowDefinition[] = [
  ...rows('validation', {
    'validate-events-present':
      'Confirm event Id 4624 (logon type 3), Event ID 5145 (admin share access) and Event ID 4698 (scheduled task creation) are present in the logs',
    'validate-time-correlation':
      'confirm the time correlation between the admin share access and the scheduled task creation',
    'validate-account-privilege':
      'check : Is the account used in the action is a non-administrative account (if administrative -> false Positive)',
    'validate-source-address':
      'check ; Is the source IP address of the action is from an internal network (if local IP -> false Positive)',
  }),
  ...rows('decision', {
    'decide-escalate':
      'Escalate if : Non admin user + Remote IP + suspicious scheduled task name or path + time correlation confirmed',
    'decide-close': 'Close if : Admin user + local IP + known scheduled task name or path',
  }),
  ...rows('evidence-collection', {
    'collect-logs': 'Collect logs related to Event ID 4624, 5145 and 4698 for the specific user and host',
    'collect-task': 'collect information about the scheduled task created (name, path, action, triggers)',
    'analyze-history': 'Analyze scheduled task execution history if available',
    'check-processes':
      'Check for any related process creation events that may indicate execution of the scheduled task',
  }),
  ...rows('key-questions', {
    'question-executed': 'Was the scheduled task executed after creation',
    'question-account-history': 'Does the affected user have a history of similar actions',
    'question-source-address': 'Was the activity from an internal of external IP address',
    'question-process-spawned':
      'is there any indication of a process spawning after the scheduled task creation',
    'question-lateral-movement':
      'Is there any indication of lateral movement activity from the affected host',
    'question-exfiltration': 'Is there any indication of data exfiltration activity from the affected host',
  }),
  ...rows('containment', {
    'contain-disable-task': 'Disable the created scheduled task',
    'contain-suspend-account': 'Suspend the affected user account',
    'contain-block-process': 'Block any process related to the scheduled task action',
    'contain-isolate-host':
      'Isolate the affected host from the network if evidence of lateral movement or data exfiltration is found',
    'contain-reset-password': 'Force a password reset on the affected user account',
    'contain-block-address': "Block the IP address if it's external or suspicious",
    'contain-monitor': 'Monitor the affected host and user for any further suspicious activity',
  }),
  ...rows('network-team', {
    'network-block-address': 'Block the IP at the perimeter firewall',
    'network-isolate-vlan': 'Request VLAN isolation if lateral movement detected',
  }),
  ...rows('evidence-preservation', {
    'preserve-task': 'document the created scheduled task before deletion',
    'preserve-logs': 'Export relevant logs for further analysis',
    'preserve-image': 'Take a forensic image of the affected host if necessary',
  }),
  ...rows('eradication', {
    'eradicate-delete-task': 'Delete the created scheduled task permanently',
    'eradicate-scan': 'Scan the affected host for any other artifacts of compromise',
    'eradicate-remove-files': 'Remove any related malicious files or processes',
    'eradicate-persistence': 'Ensure no other persistence mechanisms are present on the host',
  }),
  ...rows('recovery', {
    'recover-enable-account': 'Re-enable the affected user account after verification',
    'recover-monitor': 'Monitor the affected host and user for 72 hours post-incident',
    'recover-rejoin': 'Rejoin the host to the network if isolated',
    'recover-patches': 'Ensure all systems are patched and up to date',
  }),
  ...rows('documentation', {
    'document-incident': 'Document the incident details, actions taken, and lessons learned',
    'document-ttps': 'Record the TTPs used and update detection rules accordingly',
    'document-gaps': 'Document any gaps in detection and mitigation strategies',
  }),
  ...rows('lessons-learned', {
    'lesson-why': 'Why did this attack succeed (credential weakness, missing control, configuration gap)',
    'lesson-time': 'How long between attack start and detection',
    'lesson-telemetry': 'What telemetry was missing that would have helped',
    'lesson-control': 'What security control could have prevented this',
    'lesson-improvement': 'What defense improvement are needed',
  }),
  ...rows('escalation', {
    'escalate-lateral-movement': 'Evidence of lateral movement to other systems',
    'escalate-malware': 'Presence of malware or backdoor on the affected host',
    'escalate-action-after-reenable': 'Detection of malicious action after re-enabling the user account',
    'escalate-scope-undetermined': 'Inability to determine the full scope of the incident',
  }),
]

export const isChecklistRow = (id: string): boolean => checklistRows.some((row) => row.id === id)

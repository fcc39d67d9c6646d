/** The playbook's own words for what is answered; its checklist stands in `checklist-rows.ts`. */
export const asks = {
  'events-present':
    'Confirm event Id 4624 (logon type 3), Event ID 5145 (admin share access) and Event ID 4698 (scheduled task creation) are present in the logs',
  'time-correlation':
    'confirm the time correlation between the admin share access and the scheduled task creation',
  'account-privilege':
    'check : Is the account used in the action is a non-administrative account (if administrative -> false Positive)',
  'validation-source-address':
    'check ; Is the source IP address of the action is from an internal network (if local IP -> false Positive)',
  executed: 'Was the scheduled task executed after creation',
  'account-history': 'Does the affected user have a history of similar actions',
  'source-address': 'Was the activity from an internal of external IP address',
  'process-spawned': 'is there any indication of a process spawning after the scheduled task creation',
  'lateral-movement': 'Is there any indication of lateral movement activity from the affected host',
  exfiltration: 'Is there any indication of data exfiltration activity from the affected host',
  'escalation-lateral-movement': 'Evidence of lateral movement to other systems',
  'escalation-malware': 'Presence of malware or backdoor on the affected host',
  'escalation-reenable': 'Detection of malicious action after re-enabling the user account',
  'escalation-scope': 'Inability to determine the full scope of the incident',
} as const

export const escalateIf =
  'Escalate if : Non admin user + Remote IP + suspicious scheduled task name or path + time correlation confirmed'
export const closeIf = 'Close if : Admin user + local IP + known scheduled task name or path'

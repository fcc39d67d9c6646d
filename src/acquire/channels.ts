/** Channels worth taking, in tiers (windows.md §2.3), and the names their files usually have. */
export const channelTiers = [
  [
    'Security',
    'Microsoft-Windows-TaskScheduler/Operational',
    'System',
    'Microsoft-Windows-Sysmon/Operational',
    'Microsoft-Windows-PowerShell/Operational',
    'PowerShellCore/Operational',
    'Windows PowerShell',
  ],
  [
    'Microsoft-Windows-WinRM/Operational',
    'Microsoft-Windows-WMI-Activity/Operational',
    'Microsoft-Windows-SMBServer/Security',
    'Microsoft-Windows-SMBServer/Operational',
    'Microsoft-Windows-SMBServer/Audit',
    'Microsoft-Windows-SMBServer/Connectivity',
    'Microsoft-Windows-SmbClient/Security',
    'Microsoft-Windows-SmbClient/Connectivity',
    'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
    'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational',
    'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational',
    'Microsoft-Windows-TerminalServices-RDPClient/Operational',
    'Microsoft-Windows-Windows Defender/Operational',
  ],
  [
    'Application',
    'Microsoft-Windows-Bits-Client/Operational',
    'Microsoft-Windows-NTLM/Operational',
    'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
    'Microsoft-Windows-GroupPolicy/Operational',
    'Microsoft-Windows-CodeIntegrity/Operational',
    'Microsoft-Windows-TaskScheduler/Maintenance',
  ],
] as const

export const allChannels: readonly string[] = channelTiers.flat()
export const taskHistoryChannel = 'Microsoft-Windows-TaskScheduler/Operational'

/** Name of the file of a channel, unless a policy has moved it. */
export const channelFile = (channel: string): string => `${channel.replaceAll('/', '%4')}.evtx`

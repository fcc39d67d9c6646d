/** How the records of a chain are joined, and how far that shows that the task ran. */
import { describe, expect, it } from 'vitest'
import { chainOf, told } from '../../builders/chain-stories.ts'

type Told = Partial<ReturnType<typeof told>>
const expected: Readonly<Record<string, Told>> = {
  'atexec, its privileges, its connection and the name of the service': {
    links: [
      'E3 strong 0 to 7 {"image":"C:\\\\Windows\\\\System32\\\\cmd.exe","commandLine":"cmd.exe /C whoami > C:\\\\Windows\\\\Temp\\\\Quirk.tmp 2>&1","parentPid":"1044","parentImage":"C:\\\\Windows\\\\System32\\\\svchost.exe","scheduleServiceNamedBy":"1005"} PID 1044 is the Schedule service in this boot, and image and',
      'E5 derived 7 to 41 {"parentPid":"976","parentImage":"C:\\\\Windows\\\\System32\\\\cmd.exe"} the creator process id belongs to this instance: started bef',
      'L1 exact -7 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L1 exact -7 to 23 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L2 exact -26 to -20 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L2 exact -26 to 32 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L2 exact -26 to 3000 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L2 exact -26 to -24 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L3 strong -20 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} the session of this account that opened the pipe and handled',
      'L4 strong 0 to 32 {"file":"*windir*\\\\temp\\\\quirk.tmp","ip":"10.0.0.66","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account fr',
      'L4 strong 0 to 3000 {"file":"*windir*\\\\temp\\\\quirk.tmp","ip":"10.0.0.66","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account fr',
      'L7 strong -26 to -20 {"ip":"10.0.0.66","port":"56594"} address and port of the logon are those of the share access:',
      'L7 strong -26 to 32 {"ip":"10.0.0.66","port":"56594"} address and port of the logon are those of the share access:',
      'L7 strong -26 to 3000 {"ip":"10.0.0.66","port":"56594"} address and port of the logon are those of the share access:',
    ],
    run: [
      'yes 4',
      'process-of-service strong',
      'output-fetched strong: not which process wrote the file',
      '0 976 E3 strong proven service - CORP\\FS01$',
      '1 5188 E5 derived proven node - CORP\\FS01$',
    ],
  },
  'a call over TCP with decoys': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L5 strong -900 to 0 {"clientProcessId":"0"} ClientProcessId 0: the caller was a process of another machi',
      'L6 strong -900 to 0 {"logonId":"0x2000","logonType":"3","ip":"10.0.0.66","port":"51000"} network logon with an address of its own and no pipe: remote',
    ],
    run: ['unknown 0'],
  },
  'a call whose own session had the pipe open': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L2 exact -900 to -20 {"logonId":"0x2000"} the share record carries the logon id of this session',
    ],
    run: ['unknown 0'],
  },
  'two sessions at the pipe': {
    links: [
      'L1 exact -7 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L2 exact -30 to -20 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L2 exact -29 to -15 {"logonId":"0x3000"} the share record carries the logon id of this session',
      'L3 medium -20 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} 2 sessions of this account opened the pipe within the window',
      'L3 medium -15 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} 2 sessions of this account opened the pipe within the window',
      'L7 strong -30 to -20 {"ip":"10.0.0.66","port":"50000"} address and port of the logon are those of the share access:',
      'L7 strong -29 to -15 {"ip":"10.0.0.7","port":"50000"} address and port of the logon are those of the share access:',
    ],
    run: ['unknown 0'],
  },
  'two sessions at the pipe, one of which fetched the output': {
    links: [
      'E3 medium 0 to 7 {"image":"C:\\\\Windows\\\\System32\\\\cmd.exe","commandLine":"cmd.exe /C whoami > C:\\\\Windows\\\\Temp\\\\Quirk.tmp 2>&1","parentPid":"1044","parentImage":"C:\\\\Windows\\\\System32\\\\svchost.exe"} image and command line are the task\'s action and the parent ',
      'E5 derived 7 to 41 {"parentPid":"976","parentImage":"C:\\\\Windows\\\\System32\\\\cmd.exe"} the creator process id belongs to this instance: started bef',
      'L1 exact -7 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L1 exact -7 to 23 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L2 exact -26 to -20 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L2 exact -26 to 32 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L2 exact -26 to 3000 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L3 strong -20 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} the session of this account that opened the pipe and handled',
      'L4 strong 0 to 32 {"file":"*windir*\\\\temp\\\\quirk.tmp","ip":"10.0.0.66","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account fr',
      'L4 strong 0 to 3000 {"file":"*windir*\\\\temp\\\\quirk.tmp","ip":"10.0.0.66","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account fr',
      'L7 strong -26 to -20 {"ip":"10.0.0.66","port":"56594"} address and port of the logon are those of the share access:',
      'L7 strong -26 to 32 {"ip":"10.0.0.66","port":"56594"} address and port of the logon are those of the share access:',
      'L7 strong -26 to 3000 {"ip":"10.0.0.66","port":"56594"} address and port of the logon are those of the share access:',
    ],
    run: [
      'yes 3',
      'output-fetched strong: not which process wrote the file',
      'process-like-action medium: not that PID 1044 is the Schedule service: by itself the process is only consistent with a run',
      '0 976 E3 medium proven svchost - CORP\\FS01$',
      '1 5188 E5 derived proven node - CORP\\FS01$',
    ],
  },
  'the pipe, and no logon of the call': {
    links: [
      'L3 medium -20 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} 1 sessions of this account opened the pipe within the window',
    ],
    run: ['unknown 0'],
  },
  'the pipe, no logon of the call, and a caller from elsewhere': {
    links: [
      'L3 medium -20 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} 1 sessions of this account opened the pipe within the window',
      'L5 strong 0 to 0 {"clientProcessId":"0"} ClientProcessId 0: the caller was a process of another machi',
    ],
    run: ['unknown 0'],
  },
  'the pipe, opened from nowhere': {
    links: [
      'L1 exact -7 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L3 medium -20 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"atsvc"} a session of this account opened the pipe within the window;',
    ],
    run: ['unknown 0'],
  },
  'a network logon from the host itself': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
    ],
    run: ['unknown 0'],
  },
  'a network logon without an address': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
    ],
    run: ['unknown 0'],
  },
  'a caller from elsewhere in an interactive logon': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"2"} the logon id of the task record, in the same boot, while its',
      'L5 strong -900 to 0 {"clientProcessId":"0"} ClientProcessId 0: the caller was a process of another machi',
    ],
    run: ['unknown 0'],
  },
  'a caller from elsewhere in the session of SYSTEM': {
    links: [
      'L5 strong 0 to 0 {"clientProcessId":"0"} ClientProcessId 0: the caller was a process of another machi',
    ],
    run: ['unknown 0'],
  },
  'a remote desktop': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"10"} the logon id of the task record, in the same boot, while its',
      'L5 strong 0 to 0 {"clientProcessId":"600"} the caller was process 600 of this host; its start is not in',
    ],
    run: ['unknown 0'],
  },
  'a logoff of a network session': {
    links: [],
    run: ['unknown 0'],
  },
  'output fetched, and nothing of the call': {
    links: [
      'L4 medium 0 to 500 {"file":"*windir*\\\\temp\\\\out.txt","ip":"10.0.0.66","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account',
    ],
    run: ['unknown 1'],
  },
  'output fetched from two addresses': {
    links: [
      'L4 medium 0 to 500 {"file":"*windir*\\\\temp\\\\out.txt","ip":"10.0.0.66","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account',
      'L4 medium 0 to 600 {"file":"*windir*\\\\temp\\\\out.txt","ip":"10.0.0.7","sid":"S-1-5-21-1-2-3-1111"} a file of the task\'s command, handled by the same account',
    ],
    run: ['unknown 2'],
  },
  'schtasks in the session of the call, in a record that names no caller': {
    links: [
      'L5 strong -20 to 0 {"logonId":"0x2000","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the record names no caller (version 0); C:\\Windows\\System32\\',
    ],
    run: ['unknown 0'],
  },
  'a process of the host inside a network logon': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'remote PowerShell': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'WMI, and the network logon behind it unknown': {
    links: [
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'WMI for somebody at the host': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"2"} the logon id of the task record, in the same boot, while its',
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'the agent of a software deployment': {
    links: [
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'a service installed from elsewhere to make the call': {
    links: [
      'L5 strong -6000 to 0 {"service":"RCSVC","image":"C:\\\\Windows\\\\System32\\\\rcsvc.exe","logonId":"0x7000"} the program that made the call runs as the service RCSVC, in',
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'a service tool inside a network logon': {
    links: [
      'L1 exact -900 to 0 {"logonId":"0x2000","logonType":"3"} the logon id of the task record, in the same boot, while its',
      'L5 strong -20 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\schtasks.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'Group Policy': {
    links: [
      'L5 strong -90000 to 0 {"clientProcessId":"600","image":"C:\\\\Windows\\\\System32\\\\svchost.exe"} the client process id of the task record is this process, ru',
    ],
    run: ['unknown 0'],
  },
  'a process of the host of which nothing is known': {
    links: [
      'L5 strong 0 to 0 {"clientProcessId":"600"} the caller was process 600 of this host; its start is not in',
    ],
    run: ['unknown 0'],
  },
  'a logon id that belongs to nobody': {
    links: [],
    run: ['unknown 0'],
  },
  'a change by a built-in account': {
    links: [],
    run: ['unknown 0'],
  },
  'a logon with two tokens': {
    links: [
      'L1 strong -1000 to 0 {"logonId":"0x2000","logonType":"3"} this logon names 0x2000 as its twin with the other token (UA',
      'L6 strong -1000 to 0 {"logonId":"0x2000","logonType":"3","ip":"10.0.0.66","port":"50000"} network logon with an address of its own and no pipe: remote',
    ],
    run: ['unknown 0'],
  },
  'a definition written over a share': {
    links: [
      'L2 exact -50 to 0 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L7 strong -50 to 0 {"ip":"10.0.0.66","port":"50000"} address and port of the logon are those of the share access:',
    ],
    run: ['unknown 0'],
  },
  'a definition written over a share from nowhere': {
    links: [],
    run: ['unknown 0'],
  },
  'a definition written over a share of the host itself': {
    links: [],
    run: ['unknown 0'],
  },
  'a definition written by a process in a network logon': {
    links: [],
    run: ['unknown 0'],
  },
  'a definition written by a process of somebody at the host': {
    links: [],
    run: ['unknown 0'],
  },
  'a definition written by the kernel': {
    links: [],
    run: ['unknown 0'],
  },
  'a definition written by a process nobody knows': {
    links: [],
    run: ['unknown 0'],
  },
  'a key written by a service while the remote registry was open': {
    links: [
      'L2 exact -400 to -300 {"logonId":"0x1000"} the share record carries the logon id of this session',
      'L3 medium -300 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"winreg"} the only session that had the remote registry open for writi',
      'L7 strong -400 to -300 {"ip":"10.0.0.66","port":"50000"} address and port of the logon are those of the share access:',
    ],
    run: ['unknown 0'],
  },
  'a key written by a service while two had the remote registry open': {
    links: [
      'L3 weak -300 to 0 {"sid":"S-1-5-21-1-2-3-1111","target":"winreg"} 2 sessions had the remote registry open for writing',
      'L3 weak -200 to 0 {"sid":"S-1-5-21-1-2-3-2222","target":"winreg"} 2 sessions had the remote registry open for writing',
    ],
    run: ['unknown 0'],
  },
  'a run with history, processes and their children': {
    links: [
      'E1 exact 0 to 1 {"task":"\\\\Quirk"} same task name on the same host within one lifetime of the t',
      'E1 exact 0 to 4990 {"task":"\\\\Quirk"} same task name on the same host within one lifetime of the t',
      'E1 exact 0 to 5000 {"task":"\\\\Quirk"} same task name on the same host within one lifetime of the t',
      'E1 exact 0 to 5100 {"task":"\\\\Quirk"} same task name on the same host within one lifetime of the t',
      'E1 exact 0 to 9990 {"task":"\\\\Quirk"} same task name on the same host within one lifetime of the t',
      'E2 exact 5000 to 5003 {"pid":"976"} the task history names the process it started by PID at this',
      'E5 derived 5003 to 5010 {"parentPid":"976","parentImage":"C:\\\\Windows\\\\System32\\\\cmd.exe"} the creator process id belongs to this instance: started bef',
      'E5 derived 5010 to 5020 {"parentPid":"977","parentImage":"C:\\\\Windows\\\\System32\\\\whoami.exe"} the creator process id belongs to this instance: started bef',
    ],
    run: [
      'yes 3',
      'history exact',
      'process-of-history exact',
      '0 976 E2 exact proven service 5100 CORP\\FS01$',
      '1 977 E5 derived proven node 5030 CORP\\admin',
      '2 978 E5 derived proven node - CORP\\FS01$',
    ],
  },
  'a run known by the PID of the live host': {
    links: [
      'E3 strong 0 to 7 {"image":"C:\\\\Windows\\\\System32\\\\cmd.exe","commandLine":"cmd.exe /c evil.bat","parentPid":"1044","parentImage":"C:\\\\Windows\\\\System32\\\\svchost.exe","scheduleServiceNamedBy":"the live host"} PID 1044 is the Schedule service in this boot, and image and',
    ],
    run: ['yes 1', 'process-of-service strong', '0 976 E3 strong proven service - CORP\\FS01$'],
  },
}

describe('the chain of', () => {
  it.each(Object.keys(expected))('%s', (story) => {
    expect(told(chainOf(story))).toMatchObject(expected[story] as Told)
  })
})

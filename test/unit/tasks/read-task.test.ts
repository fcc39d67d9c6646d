import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/limits.ts'
import { readTaskBytes, readTaskXml } from '../../../src/tasks/read-task.ts'

const namespace = 'http://schemas.microsoft.com/windows/2004/02/mit/task'
const task = (inside: string, attributes = `version="1.2" xmlns="${namespace}"`) =>
  `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task ${attributes}>${inside}</Task>`

const whole = task(`
  <Actions Context="LocalSystem">
    <Exec id="a"><Arguments>/C whoami &gt; %windir%\\Temp\\x.tmp 2&gt;&amp;1</Arguments><Command>cmd.exe</Command><WorkingDirectory>C:\\</WorkingDirectory></Exec>
    <ComHandler><ClassId>{B1AEBB5D-EAD9-4476-B375-9C3ED9F32AFC}</ClassId><Data><![CDATA[timer]]></Data></ComHandler>
  </Actions>
  <Settings><Hidden>true</Hidden><Enabled>0</Enabled><IdleSettings><StopOnIdleEnd>true</StopOnIdleEnd></IdleSettings></Settings>
  <Principals><Principal id="LocalSystem"><RunLevel>HighestAvailable</RunLevel><UserId>S-1-5-18</UserId>
    <RequiredPrivileges><Privilege>SeDebugPrivilege</Privilege></RequiredPrivileges></Principal></Principals>
  <Triggers>
    <CalendarTrigger><StartBoundary>2015-07-15T20:35:13.2757294</StartBoundary><Enabled>false</Enabled><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
      <Repetition><Interval>PT5M</Interval><Duration>P1D</Duration><StopAtDurationEnd>true</StopAtDurationEnd></Repetition></CalendarTrigger>
    <EventTrigger><Subscription>&lt;QueryList/&gt;</Subscription><ValueQueries><Value name="pid">Event/x</Value></ValueQueries></EventTrigger>
  </Triggers>
  <RegistrationInfo><Author>OFFSEC\\lambda-user</Author><URI>\\x</URI></RegistrationInfo>`)

describe('reading a task definition', () => {
  it('finds every part by name, in whatever order they stand', () => {
    const { definition, trouble } = readTaskXml(whole)
    expect(trouble).toBeUndefined()
    expect(definition).toMatchObject({
      version: '1.2',
      registration: { author: 'OFFSEC\\lambda-user', uri: '\\x', date: undefined },
      triggers: [
        {
          kind: 'Calendar',
          enabled: false,
          startBoundary: '2015-07-15T20:35:13.2757294',
          repetition: { interval: 'PT5M', duration: 'P1D' },
          details: { 'ScheduleByDay/DaysInterval': '1', 'Repetition/StopAtDurationEnd': 'true' },
        },
        {
          kind: 'Event',
          enabled: true,
          details: {
            Subscription: '<QueryList/>',
            'ValueQueries/Value': 'Event/x',
            'ValueQueries/Value@name': 'pid',
          },
        },
      ],
      principals: [
        {
          id: 'LocalSystem',
          userId: 'S-1-5-18',
          runLevel: 'HighestAvailable',
          requiredPrivileges: ['SeDebugPrivilege'],
        },
      ],
      settings: {
        enabled: false,
        hidden: true,
        allowStartOnDemand: undefined,
        all: { Hidden: 'true', Enabled: '0', 'IdleSettings/StopOnIdleEnd': 'true' },
      },
      actionsContext: 'LocalSystem',
      actions: [
        {
          kind: 'exec',
          command: 'cmd.exe',
          arguments: '/C whoami > %windir%\\Temp\\x.tmp 2>&1',
          workingDirectory: 'C:\\',
        },
        { kind: 'com-handler', classId: '{B1AEBB5D-EAD9-4476-B375-9C3ED9F32AFC}', data: 'timer' },
      ],
      unknownElements: [],
    })
  })

  it('tolerates a missing namespace, a missing version and a namespace prefix', () => {
    const inside = '<Actions><Exec><Command>a.exe</Command></Exec></Actions>'
    const expected = [{ kind: 'exec', command: 'a.exe', arguments: undefined, workingDirectory: undefined }]
    expect(readTaskXml(`<Task>${inside}</Task>`).definition).toMatchObject({
      version: undefined,
      actions: expected,
    })
    const prefixed = `<t:Task xmlns:t="${namespace}">${inside.replace(/<(\/?)/g, '<$1t:')}</t:Task>`
    expect(readTaskXml(prefixed).definition?.actions).toEqual(expected)
  })

  it('refuses an element of a foreign namespace as an action and lists it', () => {
    const { definition } = readTaskXml(
      task('<Actions><x:Exec xmlns:x="urn:x"><x:Command>evil.exe</x:Command></x:Exec></Actions>'),
    )
    expect(definition?.actions).toEqual([])
    expect(definition?.unknownElements).toEqual(['Task/Actions/Exec'])
  })

  it('lists what the schema does not know and what stands there twice', () => {
    const { definition } = readTaskXml(
      task(
        '<RegistrationInfo><Author>first</Author><Author>second</Author><Colour/></RegistrationInfo><Nonsense/><Triggers><MoonTrigger/></Triggers>',
      ),
    )
    expect(definition?.registration.author).toBe('first')
    expect(definition?.triggers.map((trigger) => trigger.kind)).toEqual(['Moon'])
    expect(definition?.unknownElements).toEqual([
      'Task/Nonsense',
      'Task/RegistrationInfo/Author (again)',
      'Task/RegistrationInfo/Colour',
      'Task/Triggers/MoonTrigger',
    ])
  })

  it('gives what stands before a cut, with the place of the cut', () => {
    const cut = whole.slice(0, whole.indexOf('C:\\</Work') + 2)
    const { definition, trouble } = readTaskXml(cut)
    expect(trouble).toMatchObject({ code: 'tasks.xml.cut' })
    expect(trouble?.where).toMatch(/^line 4, column \d+$/)
    expect(definition?.actions).toEqual([
      {
        kind: 'exec',
        command: 'cmd.exe',
        arguments: '/C whoami > %windir%\\Temp\\x.tmp 2>&1',
        workingDirectory: 'C:',
      },
    ])
  })

  it('never loses what it had when the cut moves towards the end', () => {
    for (let length = 0; length <= whole.length; length++) {
      const { definition, trouble } = readTaskXml(whole.slice(0, length))
      if (length < whole.length) expect(trouble?.where).toMatch(/^line \d+, column \d+$/)
      if (length > whole.indexOf('</Command>') + 10) {
        expect(definition?.actions[0]).toMatchObject({ kind: 'exec', command: 'cmd.exe' })
      }
    }
  })

  it('reads on over control characters XML forbids, and says where the first one is', () => {
    const { definition, trouble } = readTaskXml(
      task('<Actions>\r\n<Exec><Command>c\u0001md</Command></Exec></Actions>'),
    )
    expect(trouble).toMatchObject({ code: 'tasks.xml.character', where: 'line 3, column 17' })
    expect(definition?.actions).toMatchObject([{ command: 'c\u0001md' }])
  })

  it('does not let half a character hide the tag behind it', () => {
    const { definition, trouble } = readTaskXml(
      task(
        '<RegistrationInfo><Author>a\ud800</Author></RegistrationInfo><Settings><Hidden>true</Hidden></Settings>',
      ),
    )
    expect(trouble?.code).toBe('tasks.xml.character')
    expect(definition?.registration.author).toBe('a\ufffd')
    expect(definition?.settings.hidden).toBe(true)
  })

  it.each([
    ['an internal entity', '<!DOCTYPE Task [<!ENTITY x "cmd.exe">]><Task><Data>&x;</Data></Task>'],
    ['an external entity', '<!DOCTYPE Task SYSTEM "file:///etc/passwd"><Task/>'],
    ['behind a comment', '<?xml version="1.0"?><!-- a --> <?pi b?>\n<!DOCTYPE Task><Task/>'],
    ['without an end', '<!DOCTYPE Task [<!ENTITY a "'],
    ['in lower case', '<!doctype task><Task/>'],
  ])('refuses a DOCTYPE whole: %s', (_name, xml) => {
    const reading = readTaskXml(xml)
    expect(reading.definition).toBeUndefined()
    expect(reading.trouble?.code).toBe('tasks.xml.doctype')
    expect(reading.trouble?.where).toMatch(/^line \d+, column \d+$/)
  })

  it('leaves an unknown entity unresolved and says so', () => {
    const { definition, trouble } = readTaskXml(
      task('<RegistrationInfo><Author>&constructor;&lt;</Author></RegistrationInfo>'),
    )
    expect(definition?.registration.author).toBe('&constructor;<')
    expect(trouble?.code).toBe('tasks.xml.malformed')
  })

  it.each([
    ['', 'tasks.xml.empty'],
    [' \r\n\0', 'tasks.xml.empty'],
    ['<html/>', 'tasks.xml.not-a-task'],
    ['<Task xmlns="urn:other"/>', 'tasks.xml.not-a-task'],
    ['<!-- nothing -->', 'tasks.xml.cut'],
    ['not xml at all', 'tasks.xml.malformed'],
  ])('has no definition for %j', (xml, code) => {
    const reading = readTaskXml(xml)
    expect(reading.definition).toBeUndefined()
    expect(reading.trouble?.code).toBe(code)
  })

  it.each([
    ['deep nesting', `<Task>${'<a>'.repeat(100_000)}`, 'tasks.xml.too-deep'],
    ['a flood of elements', `<Task>${'<a/>'.repeat(500_000)}</Task>`, 'tasks.xml.too-many-elements'],
    ['a flood of errors', `<Task>${'\u0001'.repeat(2_000_000)}</Task>`, 'tasks.xml.character'],
    ['a flood of attributes', `<Task ${'a="b" '.repeat(200_000)}/>`, 'tasks.xml.malformed'],
    ['endless text', `<Task><Data>${'x'.repeat(limits.taskXmlLength)}</Data></Task>`, 'tasks.xml.too-long'],
    ['endless comments', `${'<!-- -->'.repeat(300_000)}<!--`, 'tasks.xml.cut'],
  ])('stays bounded on %s', (_name, xml, code) => {
    const started = performance.now()
    expect(readTaskXml(xml).trouble?.code).toBe(code)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('does not let element names of the prototype become settings', () => {
    const { definition } = readTaskXml(
      task('<Settings><__proto__>x</__proto__><constructor>y</constructor></Settings>'),
    )
    expect(Object.entries(definition?.settings.all ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    expect(Object.getPrototypeOf(definition?.settings.all)).toBe(Object.prototype)
  })

  it('puts trouble with the encoding of a file before trouble with its XML', () => {
    const bytes = Buffer.concat([Buffer.from(`\ufeff${whole.slice(0, 900)}`, 'utf16le'), Buffer.from([1])])
    const reading = readTaskBytes(bytes)
    expect(reading.trouble?.code).toBe('tasks.text.cut')
    expect(reading.definition?.actions).toHaveLength(2)
    expect(reading.encoding).toBe('utf-16le')
  })
})

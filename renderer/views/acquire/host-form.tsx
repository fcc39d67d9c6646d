/** Which hosts, by which way, as whom, and when. What cannot matter for the chosen way is not shown. */
import { type RefObject, useId } from 'react'
import { useWindow } from '../../shell/window-state.tsx'
import { Button } from '../../widgets/index.ts'
import { Field } from '../handover/field.tsx'
import { SecretField } from './secret-field.tsx'
import { type Faults, type FormText, hostsOf, takesSecret, type Via } from './wish.ts'

const ways: readonly (readonly [via: Via, name: string, needs: 'powershell' | 'ssh' | null, hint: string])[] =
  [
    [
      'auto',
      'Automatic',
      null,
      'WinRM, WinRM over HTTPS, SSH, then CIM; each step down is shown with its reason.',
    ],
    ['winrm', 'WinRM', 'powershell', 'By the current logon, or the account below.'],
    ['winrm-https', 'WinRM over HTTPS', 'powershell', 'The certificate is checked, or pinned below.'],
    ['ssh', 'SSH', 'ssh', 'By ssh’s own keys, agent and known hosts. A changed host key is refused.'],
    [
      'cim',
      'CIM over DCOM',
      'powershell',
      'Tasks, processes and registry only: it gives no logs and no files.',
    ],
    ['local', 'This machine', 'powershell', 'The machine Tasktrail runs on. Start Tasktrail elevated.'],
  ]

export function HostForm(props: {
  form: FormText
  faults: Faults
  secret: RefObject<HTMLInputElement | null>
  onForm: (over: Partial<FormText>) => void
  onLook: () => void
  onResume: (() => void) | undefined
}) {
  const { form, faults, onForm } = props
  const { tools } = useWindow().engine.capabilities
  const id = useId()
  const count = hostsOf(form.hosts).length
  const isJump = form.via === 'auto' || form.via.startsWith('winrm')
  const isSsh = form.via === 'auto' || form.via === 'ssh'
  const way = ways.find(([via]) => via === form.via)
  return (
    <form
      className="panel acquire-form"
      aria-label="Hosts"
      onSubmit={(submit) => {
        submit.preventDefault()
        props.onLook()
      }}
    >
      <div className="acquire-fields">
        {form.via === 'local' ? null : (
          <Field
            label="Hosts, one name or address to a line"
            value={form.hosts}
            onValue={(hosts) => onForm({ hosts })}
            most={3_000_000}
            lines={Math.min(6, Math.max(2, form.hosts.split('\n').length))}
            fault={faults.hosts}
            code
          />
        )}
        <div className="field">
          <label className="field-label" htmlFor={`${id}-way`}>
            Way
          </label>
          <select
            className="input"
            id={`${id}-way`}
            value={form.via}
            aria-describedby={`${id}-way-hint`}
            onChange={(change) => onForm({ via: change.target.value as Via })}
          >
            {ways.map(([via, name, needs]) => (
              <option key={via} value={via} disabled={needs !== null && !tools[needs]}>
                {needs !== null && !tools[needs]
                  ? `${name} (needs ${needs === 'ssh' ? 'ssh' : 'PowerShell'})`
                  : name}
              </option>
            ))}
          </select>
          <p className="field-hint" id={`${id}-way-hint`}>
            {way?.[3]}
          </p>
        </div>
        {form.via === 'local' ? null : (
          <Field
            label="Account"
            value={form.user}
            onValue={(user) => onForm({ user })}
            most={256}
            placeholder="the current logon"
            hint="One made for this: its rights are at risk on a host that is taken over."
            code
          />
        )}
        {takesSecret(form) ? (
          <SecretField
            field={props.secret}
            label="Password"
            hint="Sent once with the request and not kept: it is asked for again before evidence is taken."
          />
        ) : null}
      </div>
      <details className="fold">
        <summary>Time window, ports, keys and certificates</summary>
        <div className="acquire-fields acquire-more">
          <Field
            label="From, UTC"
            value={form.from}
            onValue={(from) => onForm({ from })}
            most={40}
            placeholder="2026-01-13 20:00"
            hint="For large logs, and for Security in the quick plan."
            fault={faults.from}
          />
          <Field
            label="To, UTC"
            value={form.to}
            onValue={(to) => onForm({ to })}
            most={40}
            placeholder="now"
            fault={faults.to}
          />
          {form.via === 'ssh' || form.via.startsWith('winrm') ? (
            <Field
              label="Port"
              value={form.port}
              onValue={(port) => onForm({ port })}
              most={5}
              placeholder={form.via === 'ssh' ? '22' : form.via === 'winrm' ? '5985' : '5986'}
              fault={faults.port}
            />
          ) : null}
          {isSsh ? (
            <>
              {(
                [
                  ['identity', 'Private key for ssh', 'ssh’s own choice'],
                  ['configFile', 'Configuration file for ssh', 'your own'],
                ] as const
              ).map(([name, label, placeholder]) => (
                <Field
                  key={name}
                  label={label}
                  value={form[name]}
                  onValue={(value) => onForm({ [name]: value })}
                  most={4096}
                  placeholder={placeholder}
                  code
                />
              ))}
            </>
          ) : null}
          {isJump ? (
            <Field
              label="Fingerprint of the host’s certificate"
              value={form.pin}
              onValue={(pin) => onForm({ pin })}
              most={95}
              hint="Only this certificate is accepted then."
              fault={faults.pin}
              code
            />
          ) : null}
          {count > 1 ? (
            <Field
              label="Hosts at a time"
              value={form.parallel}
              onValue={(parallel) => onForm({ parallel })}
              most={2}
              fault={faults.parallel}
            />
          ) : null}
        </div>
        {isJump ? (
          <div className="stack-tight">
            <label className="check">
              <input
                className="box"
                type="checkbox"
                checked={form.askThere}
                onChange={(change) => onForm({ askThere: change.target.checked })}
              />
              PowerShell asks for the password itself, in Windows’ own dialog
            </label>
            <label className="check">
              <input
                className="box"
                type="checkbox"
                checked={form.trustHost}
                onChange={(change) => onForm({ trustHost: change.target.checked })}
              />
              Add the host to TrustedHosts of this machine and set it back afterwards; both go into the
              journal
            </label>
          </div>
        ) : null}
      </details>
      <div className="panel-acts">
        <Button kind="primary" type="submit">
          {count > 1 ? `Look at ${count} hosts` : 'Look at the host'}
        </Button>
        {props.onResume ? (
          <Button kind="quiet" onPress={props.onResume}>
            Go on with one that was cut off
          </Button>
        ) : null}
        <span className="low small acquire-promise">Looking takes nothing.</span>
      </div>
    </form>
  )
}

/** The receiver's signed receipt: admitted into the custody of the case, or refused with the reason. */
import { useState } from 'react'
import type { ReceiptShape } from '../../../src/contract/report-shapes.ts'
import { type Trouble, troubleOf } from '../../api/trouble.ts'
import { useApi, useCase, useWindow } from '../../shell/window-state.tsx'
import { Button, Escape, formatStamp, Notice, TroubleNotice } from '../../widgets/index.ts'
import { Field } from './field.tsx'

export function ReceiptPart() {
  const api = useApi()
  const { caseId, readOnly } = useCase()
  const { refresh } = useWindow()
  const [path, setPath] = useState('')
  const [signers, setSigners] = useState('')
  const [tried, setTried] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const [receipt, setReceipt] = useState<ReceiptShape>()
  const admit = async () => {
    setTried(true)
    if (!path.trim() || !signers.trim()) return
    setTrouble(undefined)
    setReceipt(undefined)
    try {
      setReceipt(await api.bundle.receipt({ caseId, path: path.trim(), allowedSigners: signers.trim() }))
      // the custody journal has a line more; without the new summary nothing else is missing
      await refresh().catch(() => undefined)
    } catch (error) {
      setTrouble(troubleOf(error))
    }
  }
  return (
    <form
      className="stack-tight"
      aria-label="Receipt"
      noValidate
      onSubmit={(submit) => {
        submit.preventDefault()
        void admit()
      }}
    >
      <h2 className="block-title">
        Receipt <span className="hint">what the receiver signed</span>
      </h2>
      <Field
        label="Receipt file"
        value={path}
        onValue={setPath}
        most={4096}
        fault={tried && !path.trim() ? 'Name the .receipt.json that came back.' : undefined}
        off={readOnly}
        code
        hint="Its signature lies beside it, with .sig at the end."
      />
      <Field
        label="The receiver’s allowed signers"
        value={signers}
        onValue={setSigners}
        most={4096}
        fault={tried && !signers.trim() ? 'Without it nobody can tell who signed.' : undefined}
        off={readOnly}
        code
      />
      <div className="row">
        <Button type="submit" off={readOnly ? 'This case comes from a bundle and is read-only.' : false}>
          Admit receipt
        </Button>
      </div>
      <TroubleNotice trouble={trouble} />
      {receipt ? (
        <Notice kind="good" title="Receipt admitted into custody">
          <Escape text={receipt.by.name} /> (<Escape text={receipt.signer.identity} />) received{' '}
          <Escape text={receipt.bundle} code /> as {receipt.verdict}, {formatStamp(receipt.at, 0)} UTC
          {receipt.storedAt ? (
            <>
              , kept at <Escape text={receipt.storedAt} />
            </>
          ) : null}
          .
        </Notice>
      ) : null}
    </form>
  )
}

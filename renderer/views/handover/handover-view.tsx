/** Handover: the report and the indicators as they will be read; seal, verify and receipt beside them. */
import { useState } from 'react'
import { useCase } from '../../shell/window-state.tsx'
import { Tabs } from '../../widgets/index.ts'
import { IocsPart } from './iocs-part.tsx'
import { ReceiptPart } from './receipt-part.tsx'
import { ReportPreview } from './report-preview.tsx'
import { SealPart } from './seal-part.tsx'
import { VerifyPart } from './verify-part.tsx'
import './handover.css'

export function HandoverView() {
  const summary = useCase()
  const [shown, show] = useState('report')
  const [act, setAct] = useState(summary.readOnly ? 'verify' : 'seal')
  return (
    <div className="handover">
      <div className="handover-preview">
        <h1 className="view-title">Handover</h1>
        <Tabs
          label="What is handed over"
          open={shown}
          onOpen={show}
          tabs={[
            { id: 'report', name: 'Report', panel: <ReportPreview /> },
            { id: 'iocs', name: 'IOC to Track', panel: <IocsPart /> },
          ]}
        />
      </div>
      <aside className="handover-side" aria-label="Seal, verify, receipt">
        <Tabs
          label="Seal, verify, receipt"
          open={act}
          onOpen={setAct}
          tabs={[
            {
              id: 'seal',
              name: 'Seal',
              panel: (
                <div className="handover-seal">
                  <SealPart key={summary.caseId} summary={summary} />
                </div>
              ),
            },
            {
              id: 'verify',
              name: 'Verify',
              panel: (
                <div className="handover-verify">
                  <VerifyPart />
                </div>
              ),
            },
            { id: 'receipt', name: 'Receipt', panel: <ReceiptPart key={summary.caseId} /> },
          ]}
        />
      </aside>
    </div>
  )
}

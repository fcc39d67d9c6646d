/** Which chain a view speaks of, and the way to the others: before, after, or the list. */
import { useState } from 'react'
import { useChains } from '../../shell/chains-state.tsx'
import { type KeyBinding, useKeys } from '../../shell/keyboard.ts'
import { useWindow } from '../../shell/window-state.tsx'
import { Button, Dialog, formatCount } from '../../widgets/index.ts'
import { ChainSideList } from './chain-side-list.tsx'
import './chains.css'

/** `[` and `]` choose the chain before and after, in every view that speaks of one. */
export function useChainKeys(more: readonly KeyBinding[] = [], title = 'Chain'): void {
  const { chains, place } = useChains()
  const { chooseChain } = useWindow()
  const step = (by: number) => {
    const next = chains?.[place + by]
    if (next) chooseChain(next.id)
  }
  const many = (chains?.length ?? 0) > 1
  useKeys(title, [
    ...(many
      ? [
          { on: '[', keys: ['['], does: 'Chain before', run: () => step(-1) },
          { on: ']', keys: [']'], does: 'Next chain', run: () => step(1) },
        ]
      : []),
    ...more,
  ])
}

export function ChainPicker() {
  const { chains, chain, place } = useChains()
  const { chooseChain } = useWindow()
  const [open, setOpen] = useState(false)
  if (!chains || !chain || chains.length < 2) return null
  return (
    <div className="chain-pick">
      <Button
        icon="left"
        small
        label="Chain before"
        off={place === 0 && 'This is the most serious chain'}
        onPress={() => chooseChain(chains[place - 1]?.id ?? chain.id)}
      />
      <Button small expanded={open} onPress={() => setOpen(true)}>
        {formatCount(place + 1)} of {formatCount(chains.length)} chains
      </Button>
      <Button
        icon="right"
        small
        label="Next chain"
        off={place === chains.length - 1 && 'This is the last chain'}
        onPress={() => chooseChain(chains[place + 1]?.id ?? chain.id)}
      />
      <Dialog open={open} onClose={() => setOpen(false)} title="Chains">
        <div className="chain-pick-list">
          <ChainSideList
            chains={chains}
            chosen={chain.id}
            onChoose={chooseChain}
            onDone={() => setOpen(false)}
          />
        </div>
      </Dialog>
    </div>
  )
}

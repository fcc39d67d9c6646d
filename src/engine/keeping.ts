/** What the operator keeps besides cases: whom they trust, and what killed runs left behind. */
import { findLeftovers, removeLeftovers } from '../workflow/leftovers.ts'
import { addTrustedSigners, removeTrustedSigner, trustedSigners } from '../workflow/trusted-signers.ts'
import { asShape } from './as-shape.ts'
import { api } from './in-case.ts'

const shown = async () => {
  const { path, signers } = await trustedSigners()
  return asShape({ path, signers })
}

export const keeping = {
  signers: {
    list: api.signers.list.handler(shown),
    add: api.signers.add.handler(async ({ input: { text, name } }) => {
      await addTrustedSigners(text, name)
      return shown()
    }),
    remove: api.signers.remove.handler(async ({ input: { which } }) => {
      await removeTrustedSigner(which)
      return shown()
    }),
  },
  leftovers: {
    list: api.leftovers.list.handler(async ({ input: { folders }, context }) =>
      asShape(await findLeftovers(folders, context.now)),
    ),
    remove: api.leftovers.remove.handler(async ({ input: { paths }, context }) =>
      asShape(await removeLeftovers(paths, context.now)),
    ),
  },
}

/** SHA-256 of each script in resources/powershell. Made by `vitest run test/unit/acquire/script-text.test.ts -u`. */
export const scriptPins = {
  'agent.ps1': 'bc63055879f100f753a9550fd1d2ca3504210481f16ba32ec4e0ac87349363af',
  'bootstrap.ps1': '565a9684f3046abe13964705ae02c5511f17fd777a07e0832fc08100d46da423',
  'cim.ps1': '67f524366a803c19a69a6288882ac30dce530ed8a97f872cfe08b647168c3768',
  'host.ps1': 'dfd6e7775255da571f9e737a11f19cc2269708e75910544fa5482cb7c534f751',
  'jump.ps1': '09a2e8f3728e9d82cb360e5b6ef6bf8320af642cda0fe148c1c77a20c4e8cc24',
  'logs.ps1': '49484efc73179ba74c69473785aa84cc5b14b320f184f2aeb8bf161da71404ca',
  'protocol.ps1': 'b1e36b6e477677eb05465e32dbca3d0563cb959abd70b557f78bafc4c3a17f02',
  'state.ps1': '5427abe4ea216da47aed6bca3f3fc49e3406238bad8c6c744dce9ddc0ab50c62',
  'tasks.ps1': 'b60684f0455ad7948251f6582d8a84bd3feb74f77fb256f48aa48c980a38cc2b',
} as const

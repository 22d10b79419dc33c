import * as z from 'zod';

// Imported first by main.tsx: zod tries `new Function` when the first object schema is made, which a CSP without
// 'unsafe-eval' reports as a violation. The one side effect on import here, because it must come before the contract's schemas.
z.config({ jitless: true });

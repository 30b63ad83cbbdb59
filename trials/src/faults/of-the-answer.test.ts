import { checkGroups } from './check-groups.fixture.ts';

checkGroups(['wrong 200', 'framing', 'mid-stream', 'size']);

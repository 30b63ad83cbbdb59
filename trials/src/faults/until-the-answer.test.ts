import { checkGroups } from './check-groups.fixture.ts';

checkGroups(['connect', 'headers', 'status', 'redirect']);

import { checkGroups } from './check-groups.fixture.ts';

checkGroups(['caller', 'clean-up', 'registry', 'gateway']);

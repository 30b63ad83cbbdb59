import { join } from 'node:path';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { entriesOf, readPackages, repositoryRoot } from '../../tooling/workspace/packages.ts';

/**
 * Writes the reference of every published package into a folder: a page for each thing that can be imported, from its docblock.
 * Throws where a docblock names something that does not exist.
 */
export async function writeReference(folder: string): Promise<void> {
  const entries = readPackages()
    .filter(({ manifest }) => !manifest.private && manifest.name.startsWith('@sluice/'))
    .flatMap((each) =>
      entriesOf(each.manifest).flatMap(({ subpath, source }) =>
        subpath === undefined
          ? []
          : [{ name: join(each.manifest.name, subpath), file: join(each.folder, source) }],
      ),
    );
  const options: TypeDocOptions & Partial<PluginOptions> = {
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(({ file }) => file),
    // The sources are checked elsewhere, by the TypeScript that they are written for.
    skipErrorChecking: true,
    tsconfig: join(repositoryRoot, 'site', 'tsconfig.json'),
    readme: 'none',
    outputs: [{ name: 'markdown', path: folder }],
    externalSymbolLinkMappings: { '@types/node': { '*': 'https://nodejs.org/api/' } },
    basePath: repositoryRoot,
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/sluice-js/sluice/blob/main/{path}#L{line}',
    gitRevision: 'main',
    excludeInternal: true,
    treatWarningsAsErrors: true,
    logLevel: 'Warn',
    entryFileName: 'index',
    router: 'member',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (!project) throw new Error('the sources could not be read; see the messages above');
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName;
    module.name = entries.find((entry) => entry.file === file)?.name ?? module.name;
  }
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('the reference has mistakes; see the messages above');
}

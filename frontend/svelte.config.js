/** The page runs under `require-trusted-types-for 'script'`: templates are built node by node, never from an HTML string. */
export default { compilerOptions: { runes: true, fragments: "tree" } };

/** Data files that the bundler hands over as strings. */
declare module '*.tsv' {
  const text: string;
  export default text;
}

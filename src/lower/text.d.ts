/** C text that the bundler hands over as a string. */
declare module '*.h' {
  const text: string;
  export default text;
}

// Stands for a module of Node that a package names and that a browser has not, where it is never called.
export default {};

/** The lines of all sections, with an empty line between two of them; one without lines is left out. */
export const joinSections = (sections: readonly (readonly string[])[]): string[] =>
  sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : ['', ...section]))

/** A line that a terminal shows and does not obey: what is not printable ASCII becomes `?`. */
export const makeSafe = (line: string): string => line.replace(/[^ -~]/g, '?')

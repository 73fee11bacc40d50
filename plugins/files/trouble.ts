// What the file system refused, in words.

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EACCES: 'its permissions do not allow it',
  EPERM: 'its permissions do not allow it',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of its path is a file',
  EEXIST: 'part of its path is a file',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
}

export const whyOf = (thrown: unknown): string => {
  const code = (thrown as NodeJS.ErrnoException).code ?? ''
  return words[code] ?? (thrown instanceof Error ? thrown.message : String(thrown))
}

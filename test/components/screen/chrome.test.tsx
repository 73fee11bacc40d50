// Ink drawn into cells: frames whole, sizes followed, nothing on the real terminal.

import {Box, Text} from 'ink'
import {useState} from 'react'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {type Chrome, mountChrome} from '../../../components/screen/chrome.tsx'

const size = {columns: 20, rows: 5}
let chrome: Chrome | undefined

const lines = (): string[] => (chrome?.terminal.lines() ?? []).map((line) => line.trimEnd())

afterEach(() => {
  chrome?.close()
  chrome = undefined
})

const Frame = ({title}: {title: string}) => (
  <Box width="100%" height="100%" borderStyle="single">
    <Text color="red">{title}</Text>
  </Box>
)

describe('the chrome', () => {
  it('is drawn into cells, at once', () => {
    chrome = mountChrome(<Frame title="hello" />, size)
    expect(lines()).toEqual([`┌${'─'.repeat(18)}┐`, `│hello${' '.repeat(13)}│`, `│${' '.repeat(18)}│`, `│${' '.repeat(18)}│`, `└${'─'.repeat(18)}┘`])
  })

  it('says when there is a new frame, and only then', () => {
    chrome = mountChrome(<Frame title="one" />, size)
    const heard = vi.fn()
    chrome.onFrame(heard)
    const {version} = chrome.terminal
    chrome.update(<Frame title="two" />)
    expect(heard).toHaveBeenCalledTimes(1)
    expect(lines()[1]).toContain('two')
    expect(chrome.terminal.version).toBeGreaterThan(version)
    chrome.update(<Frame title="two" />)
    expect(heard).toHaveBeenCalledTimes(1)
  })

  it('follows state and size', async () => {
    let set: (text: string) => void = () => undefined
    const Live = () => {
      const [text, setText] = useState('first')
      set = setText
      return <Frame title={text} />
    }
    chrome = mountChrome(<Live />, size)
    set('second')
    await vi.waitFor(() => expect(lines()[1]).toContain('second'))
    chrome.resize({columns: 12, rows: 3})
    expect(lines()).toEqual([`┌${'─'.repeat(10)}┐`, `│second${' '.repeat(4)}│`, `└${'─'.repeat(10)}┘`])
    chrome.resize({columns: 30, rows: 4})
    expect(lines()[0]).toBe(`┌${'─'.repeat(28)}┐`)
  })

  it('cuts off what is too high instead of scrolling', () => {
    chrome = mountChrome(
      <Box flexDirection="column" height={7}>
        {['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => (
          <Text key={letter}>{letter}</Text>
        ))}
      </Box>,
      size,
    )
    expect(lines()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('keeps what is drawn over it, frame after frame, until that is something else', () => {
    chrome = mountChrome(<Frame title="one" />, size)
    const heard = vi.fn()
    chrome.onFrame(heard)
    chrome.over('\x1b[3;1Hover it')
    expect(lines().slice(1, 3)).toEqual([`│one${' '.repeat(15)}│`, `over it${' '.repeat(12)}│`])
    chrome.over('\x1b[3;1Hover it')
    expect(heard).toHaveBeenCalledTimes(1)
    chrome.update(<Frame title="two" />)
    expect(lines().slice(1, 3)).toEqual([`│two${' '.repeat(15)}│`, `over it${' '.repeat(12)}│`])
    chrome.over('')
    chrome.update(<Frame title="three" />)
    expect(lines()[2]).toBe(`│${' '.repeat(18)}│`)
  })

  it('writes nothing to the real terminal', () => {
    const out = vi.spyOn(process.stdout, 'write')
    const error = vi.spyOn(process.stderr, 'write')
    chrome = mountChrome(<Frame title="x" />, size)
    chrome.update(<Frame title="y" />)
    expect(out).not.toHaveBeenCalled()
    expect(error).not.toHaveBeenCalled()
    out.mockRestore()
    error.mockRestore()
  })
})

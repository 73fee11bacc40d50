// A program for a pane: two thousand coloured lines a second, of many lengths and colours, the same in every run.

export const feeder = `const words='the quick brown fox jumps over the lazy dog while a penguin looks on'.split(' ');let sent=0;const from=Date.now();
const line=n=>{let t='';for(let i=0;i<3+n%9;i++)t+='\\x1b['+(30+(n+i)%8)+(i%3?'':';1')+'m'+words[(n*7+i)%words.length]+'\\x1b[0m ';return t+n+'\\r\\n'};
setInterval(()=>{const due=Math.floor((Date.now()-from)*2);let t='';for(;sent<due;sent++)t+=line(sent);process.stdout.write(t)},16)`

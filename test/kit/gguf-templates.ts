// How a conversation is written down for our models: once in Jinja for llama-server (it stands in the GGUF), once in
// Ollama's own language (it is handed over with the model). Both name the marks of calls, so that the servers find them again.

const jinjaTools = `{%- if tools %}<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}# Tools
<tools>
{% for t in tools %}{{ t | tojson }}
{% endfor %}</tools>
Call a tool as <tool_call>{"name": ..., "arguments": {...}}</tool_call><|im_end|>
{%- elif messages[0].role == 'system' %}<|im_start|>system
{{ messages[0].content }}<|im_end|>
{%- endif %}`

const jinjaAnswer = (thinks: boolean): string => `{%- elif m.role == 'assistant' %}<|im_start|>assistant
${thinks ? '{% if m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n\n{% endif %}' : ''}{{ m.content or '' }}{% for c in m.tool_calls or [] %}{% set f = c.function %}<tool_call>
{"name": "{{ f.name }}", "arguments": {{ f.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>`

/** Of a model that thinks when it is let, or of one that knows nothing of thinking. */
export const jinja = ({thinks = false}: {thinks?: boolean} = {}): string =>
  `${jinjaTools}{%- for m in messages %}{%- if m.role == 'tool' %}<|im_start|>user
<tool_response>
{{ m.content }}
</tool_response><|im_end|>
${jinjaAnswer(thinks)}
{%- elif m.role != 'system' %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{%- endif %}{%- endfor %}{%- if add_generation_prompt %}<|im_start|>assistant
${thinks ? '{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}' : ''}{% endif %}`

export interface TemplateOptions {
  tools?: boolean
  thinks?: boolean
}

const ollamaTools = `{{- if .Tools }}

# Tools
<tools>
{{- range .Tools }}
{"type": "function", "function": {{ .Function }}}
{{- end }}
</tools>
Call a tool as:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>
{{- end }}`

const ollamaCalls = `{{- if .ToolCalls }}<tool_call>
{{ range .ToolCalls }}{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}
{{ end }}</tool_call>
{{- end }}`

const ollamaThought = `{{ if .Thinking }}<think>{{ .Thinking }}</think>
{{ end }}`

/** Ollama reads a model's abilities off this text: it calls tools when they stand in it, and thinks when thoughts do. */
export const ollamaTemplate = ({
  tools = true,
  thinks = false,
}: TemplateOptions = {}): string => `{{- if ${tools ? 'or .System .Tools' : '.System'} }}<|im_start|>system
{{ .System }}
${tools ? ollamaTools : ''}<|im_end|>
{{ end }}
{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 }}
{{- if eq .Role "user" }}<|im_start|>user
{{ .Content }}<|im_end|>
{{ else if eq .Role "assistant" }}<|im_start|>assistant
${thinks ? ollamaThought : ''}{{ if .Content }}{{ .Content }}{{ end }}
${tools ? ollamaCalls : ''}<|im_end|>
{{ else if eq .Role "tool" }}<|im_start|>user
<tool_response>
{{ .Content }}
</tool_response><|im_end|>
{{ end }}
{{- if and (ne .Role "assistant") $last }}<|im_start|>assistant
{{ end }}
{{- end }}`

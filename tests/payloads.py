"""Texts that try to be more than text: what runs of them, where articles are shown, sets `window.__hit`."""

_HIT = "window.__hit=1"

MARKUP = (
    f"<script>{_HIT}</script>",
    f"</script><script>{_HIT}</script>",
    f"<SCRIPT>{_HIT}</SCRIPT >",
    f"<scr<script>ipt>{_HIT}</script>",
    f"</title><script>{_HIT}</script>",
    f"</textarea><script>{_HIT}</script>",
    f"</style><script>{_HIT}</script>",
    f"</noscript><script>{_HIT}</script>",
    f"--><script>{_HIT}</script><!--",
    f"]]><script>{_HIT}</script><![CDATA[",
    f"<!--><script>{_HIT}</script>-->",
    f'"><script>{_HIT}</script>',
    f"'><script>{_HIT}</script>",
    f"<img src=x onerror={_HIT}>",
    f"<img src=x onerror=\"{_HIT}\"//",
    f"<IMG SRC=x OnErRoR='{_HIT}'>",
    f"<svg onload={_HIT}>",
    f"<svg/onload={_HIT}>",
    f"<svg><script>{_HIT}</script></svg>",
    f"<svg><animate onbegin={_HIT} attributeName=x dur=1s>",
    f"<math><mtext><img src=x onerror={_HIT}></mtext></math>",
    f"<body onload={_HIT}>",
    f"<details open ontoggle={_HIT}>",
    f"<input autofocus onfocus={_HIT}>",
    f"<iframe srcdoc='<script>parent.{_HIT}</script>'></iframe>",
    f"<iframe src=javascript:parent.{_HIT}></iframe>",
    f"<object data='data:text/html,<script>{_HIT}</script>'></object>",
    f"<a href=javascript:{_HIT}>click</a>",
    f"<form action=javascript:{_HIT}><button>send</button></form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "<style>@import 'https://evil.example/a.css'; body{display:none}</style>",
    "<img src=https://evil.example/pixel.gif>",
    "<plaintext>",
    "<!-- open",
    "&lt;b&gt;bold&lt;/b&gt; &amp; &#60;script&#62; &nbsp;",
    "</main></body></html>",
)
ATTRIBUTES = (
    f"\" onmouseover=\"{_HIT}",
    f"' onmouseover='{_HIT}",
    f"x onfocus={_HIT} autofocus tabindex=1 y",
    f"\" autofocus onfocus=\"{_HIT}\" x=\"",
    f"` onmouseover=`{_HIT}`",
    f"\"style=\"position:fixed;inset:0\" onclick=\"{_HIT}",
)
LINKS = (
    f"javascript:{_HIT}",
    f"JaVaScRiPt:{_HIT}",
    f" javascript:{_HIT}",
    f"java\tscript:{_HIT}",
    f"data:text/html,<script>{_HIT}</script>",
    f"vbscript:{_HIT}",
    f"https://evil.example/\" onclick=\"{_HIT}",
    f"http://evil.example/<script>{_HIT}</script>",
    "//evil.example/",
    "file:///etc/passwd",
)
TEMPLATES = (
    "{{7*7}}",
    "{{ config.__class__.__init__.__globals__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{# comment #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%s %d %(name)s {0} {name}",
    "\\u003cscript\\u003e \\x3cscript\\x3e",
)
RDF = (
    '" . <https://evil.example/s> <https://evil.example/p> "o',
    "> <https://evil.example/p> <https://evil.example/o> .",
    '"""@en ; a <https://evil.example/C> .',
    "} UNION { ?s ?p ?o } #",
    "'; DROP ALL; INSERT DATA { <a:b> <a:b> <a:b> } #",
    "\\\" \\n \\uD800 \\",
    "a/b/../../c?d=e&f=g#h%2F%00+i",
)
LETTERS = (
    "Acme \u202egro.live\u202c Inc",  # right to left, and back
    "Acme \u202e\u2066\u2067never closed",
    "Ac\u200bme\u200d\u2060 Zero\ufeff Width",
    "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359algo\u035a\u035b\u035c",
    "Bell\x07 Back\x08 Escape\x1b[31m Delete\x7f Next\x85 End",
    "Line\u2028separator\u2029paragraph",
    "Ünï©ödé 名前 नाम اسم 👩‍👩‍👧‍👦",
    "W" * 3000,
    "no-break\u00a0" * 200,
)
PAYLOADS = (*MARKUP, *ATTRIBUTES, *LINKS, *TEMPLATES, *RDF, *LETTERS)

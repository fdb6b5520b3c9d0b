"""What `%load_ext kg` adds to IPython and Jupyter: the cell magic `%%sparql`, and names that complete with Tab.

    %%sparql g              the answer to the query in the cell, from the graph in the variable g
    %%sparql g table        the same, kept in the variable table
    g.about("Mu<Tab>        names of things; of questions in g.ask(", of articles in g.read("
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .explorer import Explorer
from .query import Table, questions

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# A graph's method, a call that is open, and a text that has begun: in g.path("OpenAI", "Sam it is "Sam".
_CALL = re.compile(r"""\b(\w+)\.(about|draw|path|ask|read)\(((?:[^"'()]|"[^"]*"|'[^']*')*)(["'])([^"']*)$""")
_MOST = 200  # completions at a time
_MATCHER = "kg.names"


def load(shell: "InteractiveShell") -> None:
    """Adds the magic and the completions to a shell; a second time changes nothing."""
    register: Any = shell.register_magic_function  # whose types are those of another
    register(lambda line, cell: sparql(line, cell, shell.user_ns), "cell", "sparql")
    matchers = shell.Completer.custom_matchers
    if not any(getattr(each, "matcher_identifier", "") == _MATCHER for each in matchers):
        matchers.append(_matcher(shell))


def sparql(line: str, cell: str, variables: dict[str, Any]) -> Table | None:
    """The answer to the query of a cell, from the graph that the line names, or the only one that there is."""
    from IPython.core.error import UsageError

    words = line.split()
    if len(words) > 2 or not all(word.isidentifier() for word in words):
        raise UsageError("after %%sparql stands the variable of a graph, and one to keep the answer in, if you like")
    graphs = {name: value for name, value in variables.items() if isinstance(value, Explorer) and name[0] != "_"}
    name = words[0] if words else next(iter(graphs), "")
    if name not in graphs or (not words and len({id(graph) for graph in graphs.values()}) > 1):
        raise UsageError(f"{name or 'nothing'} is no graph; say which one: %%sparql g, after g = kg.open(…)")
    answer = graphs[name].sparql(cell)
    if len(words) < 2:
        return answer
    variables[words[1]] = answer
    return None


def completions(text: str, variables: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What a text up to the cursor may go on with: the part of it that is to be replaced, and what by.

    >>> completions('print("Mu', {})
    ('', [])
    """
    call = _CALL.search(text)
    graph = variables.get(call[1]) if call else None
    if not call or not isinstance(graph, Explorer):
        return "", []
    _, method, before, quote, begun = call.groups()
    names = _names(graph, method, before)
    found = [name for name in names if name.casefold().startswith(begun.casefold())]
    return begun, [name.replace("\\", "\\\\").replace(quote, f"\\{quote}") for name in found[:_MOST]]


def _names(graph: Explorer, method: str, before: str) -> Iterable[str]:
    """What may stand in an argument of a method, by what stands before it."""
    if method == "read":
        return graph.articles
    if method == "ask" and not before.strip():
        return sorted(questions(graph.ontology.folder))
    return graph.names


def _matcher(shell: "InteractiveShell") -> Any:
    from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

    @context_matcher(identifier=_MATCHER, priority=1000)  # type: ignore[untyped-decorator]
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        begun, found = completions(context.text_until_cursor, shell.user_ns)
        ends = [SimpleCompletion(text=name, type="name") for name in found]
        return {"completions": ends, "matched_fragment": begun, "suppress": bool(found)}

    return matcher

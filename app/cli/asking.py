"""Commands that ask: search, ask, cypher, and the questions that only a person can answer."""

from __future__ import annotations

import getpass
from typing import Annotated, Literal

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import rows, say


def search(
    words: Annotated[list[str], typer.Argument(help="Words to look for.")],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Full text over listings and accounts."""
    from graph.engine import open_graph
    from graph.search import search as find

    with open_graph(the_workspace(workspace)) as graph:
        found = rows(find(graph, " ".join(words), limit=limit), as_json=as_json)
    say(f"{found} found")


def ask(
    question: Annotated[str | None, typer.Argument(help="Name of the question.")] = None,
    arguments: Annotated[list[str] | None, typer.Argument(help="Its arguments.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a named question; without one, list them."""
    from graph.engine import open_graph
    from graph.questions import ask as answer
    from graph.questions import questions

    if question is None:
        rows(
            (
                {"question": q.name, "arguments": q.signature, "asks": q.description}
                for q in questions()
            ),
            as_json=as_json,
        )
        return
    with open_graph(the_workspace(workspace)) as graph:
        found = rows(answer(graph, question, arguments or []), as_json=as_json)
    say(f"{found} found")


def cypher(
    statement: Annotated[str, typer.Argument(help="A Cypher statement that only reads.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run read-only Cypher."""
    from graph.cypher import read_only
    from graph.engine import open_graph

    with open_graph(the_workspace(workspace)) as graph:
        rows(read_only(graph, statement), as_json=as_json)


def review(
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List proposed matches that wait for a person, most valuable first."""
    from graph.resolve import explain, review_queue
    from graph.resolve.review import handed_on, known_accounts
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        names = known_accounts(vault)
        doubtful = handed_on(vault)
        waiting = review_queue(vault)
        rows(
            (
                {
                    "a": names.get(match.left, match.left),
                    "b": names.get(match.right, match.right),
                    "score": match.score,
                    "because": explain(match),
                }
                for match in waiting[:limit]
            ),
            as_json=as_json,
        )
    for told in doubtful[:limit]:
        say(f"{told}; it may have changed hands, so nothing is merged by it")
    say(f"{len(waiting)} wait; decide with 'spoor judge A B same|different|unsure --why TEXT'")


def judge_(
    a: Annotated[str, typer.Argument(help="An account: uid or platform:handle.")],
    b: Annotated[str, typer.Argument(help="Another account.")],
    verdict: Annotated[Literal["same", "different", "unsure"], typer.Argument()],
    why: Annotated[str, typer.Option(help="The reason, in a sentence.")],
    by: Annotated[str | None, typer.Option(help="Who judges; the user without.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record a person's verdict on two accounts; kept for good, above every algorithm."""
    from graph.resolve import judge
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace)) as vault:
        judgement = judge(vault, a, b, verdict, why, by or getpass.getuser())
    say(f"{judgement.left} and {judgement.right}: {verdict}; 'spoor run --no-collect' applies it")


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    cli.command(epilog=example("spoor search ivory tusk"))(search)
    cli.command(
        epilog=example(
            "spoor ask", "spoor ask who-uses vendor@example.org", "spoor ask offers-of dream:JoyInc"
        )
    )(ask)
    cli.command(epilog=example("spoor cypher 'MATCH (a:Account) RETURN count(a) AS n'"))(cypher)
    cli.command(epilog=example("spoor review --limit 5"))(review)
    cli.command(
        "judge",
        epilog=example("spoor judge dream:JoyInc empire:joyinc same --why 'same key, same photos'"),
    )(judge_)

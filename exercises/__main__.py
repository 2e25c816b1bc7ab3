"""What can be practised from a terminal?  list the exercises, give one its numbers, check an answer.

The numbers and the marks are those of the pages: they follow from exercise, learner, variant and course alone.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from exercises import Variant

SHOWN = 10  # rows of a table that are printed; --out and --json have all
STATUS = """\
exit status: 0, or 2 where that cannot be done; the reason stands in one line on standard error, and with --json also
on standard output, as {"error": "…"}"""
LIST_EXAMPLES = f"""\
examples:
  python -m exercises list
  python -m exercises list --lang zh-Hans --json

{STATUS}"""
GIVE_EXAMPLES = f"""\
A learner may be any name: the same name always gets the same numbers, another name gets others. With --json all
rows of all tables are printed, under the columns' codes; the same command gives the same bytes, on any day.

examples:
  python -m exercises give NAME --learner ann
  python -m exercises give NAME --learner ann --variant 2 --hints 1 --lang zh-Hant
  python -m exercises give NAME --learner ann --out homework

{STATUS}"""
CHECK_EXAMPLES = """\
ANSWER is what would be typed on the page:
  a number          12.5   12,5   12.5%   1,234.50   1.2万
  a choice          its code, its letter, its place or its words: b or 2
  a table           a number for each row, separated by ; or blanks: "12.5; 40; 3"
  a ranking         "shop > web > phone"
  a decision        customer ids, separated by anything, or a file with the column customer_id
  scores            a file with the columns customer_id and score
A file (CSV or XLSX) is given by its path, or by @ and its path; @ works for every kind of exercise.

examples:
  python -m exercises check NAME --learner ann --answer 12.5
  python -m exercises check NAME --learner ann --variant 2 --answer "B > A > C" --json
  python -m exercises check NAME --learner ann --answer mine.xlsx

exit status: 0 where the answer is right, 1 where it is not or cannot be read (the reason is printed), 2 where nothing
could be marked: no such exercise, no such file, an option that is not understood; with --json the reason is printed as
{"error": "…"} on standard output, too"""


class Refused(ValueError):
    """Nothing can be done: its text is the one message that the user gets."""


class Misunderstood(Refused):
    """The arguments cannot be understood; `prog` is the command that says so."""

    def __init__(self, prog: str, message: str) -> None:
        """Keep which command it was."""
        self.prog = prog
        super().__init__(message)


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, without the usage in front."""

    def error(self, message: str) -> NoReturn:
        """Raise Misunderstood."""
        raise Misunderstood(self.prog, f"{message} (--help tells more)")


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # where a terminal cannot show a character
    given = [_decoded(one) for one in (sys.argv[1:] if arguments is None else arguments)]
    prog = "python -m exercises"
    try:
        args = parser().parse_args(_joined(given))
        prog = f"{prog} {args.command}"
        status = args.run(args)
        if sys.stdout:  # None where the caller has closed it
            sys.stdout.flush()
        return status
    except Misunderstood as error:
        prog, message = error.prog, str(error)
    except ValueError as error:  # Refused, UnknownExercise, or a learner's name that cannot be used
        message = str(error)
    except MemoryError:
        message = "There is not enough memory for this."
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader (head, less) has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries to print once more
        return 0
    except OSError as error:
        message = f"A file could not be read or written ({error.strerror or error})."
    except Exception as error:  # an exercise that is broken; nobody at a terminal is helped by its stack
        message = f"This exercise is broken ({type(error).__name__}: {error})."
    message = printable(" ".join(message.split()))
    if "--json" in given:
        print(json.dumps({"error": message}))
    print(f"{prog}: {message}", file=sys.stderr)
    return 2


def _decoded(argument: str) -> str:
    """Read an argument as UTF-8 where the locale knows less."""
    try:
        return os.fsencode(argument).decode() if not argument.isprintable() else argument
    except UnicodeError:
        return argument


def _joined(arguments: list[str]) -> list[str]:
    """Join --answer and what follows it, since an answer may begin with a minus."""
    found, rest = [], iter(arguments)
    for one in rest:
        following = next(rest, None) if one == "--answer" else None
        found.append(one if following is None else f"{one}={following}")
    return found


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    whole = Parser(
        prog="python -m exercises",
        description="Practise: each learner has numbers of their own, and a wrong answer is answered by name.",
        epilog="Each command has its own --help.",
        allow_abbrev=False,
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    style: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    listing = commands.add_parser(
        "list", help="list all exercises", description="List all exercises.", epilog=LIST_EXAMPLES, **style
    )
    listing.set_defaults(run=run_list)
    giving = commands.add_parser(
        "give",
        help="show a learner's own question and numbers",
        description="Show an exercise's question with a learner's own numbers.",
        epilog=GIVE_EXAMPLES,
        **style,
    )
    giving.set_defaults(run=run_give)
    checking = commands.add_parser(
        "check",
        help="mark an answer, and say why",
        description="Mark a learner's answer, and say why it is right or which mistake leads to it.",
        epilog=CHECK_EXAMPLES,
        **style,
    )
    checking.set_defaults(run=run_check)
    for command in (giving, checking):
        command.add_argument("name", metavar="NAME", help="the exercise's name, as `list` shows it")
        command.add_argument("--learner", metavar="L", required=True, help="who practises")
        command.add_argument(
            "--variant", metavar="N", type=counted, default=1, help="which set of numbers (default: 1)"
        )
        command.add_argument(
            "--course", metavar="CODE", default="local", help="the course's public code (default: local)"
        )
    giving.add_argument("--hints", metavar="N", type=counted, default=0, help="also show the first N hints")
    giving.add_argument(
        "--out", metavar="DIR", help="write the data as CSV, XLSX and notebook into this folder"
    )
    checking.add_argument("--answer", metavar="ANSWER", required=True, help="the answer, or a file")
    for command in (listing, giving, checking):
        command.add_argument(
            "--lang", choices=("en", "zh-Hans", "zh-Hant"), default="en", help="language (default: en)"
        )
        command.add_argument("--json", action="store_true", help="print JSON")
    return whole


def counted(text: str) -> int:
    """Read the number of a variant or of hints."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a whole number is needed, such as 2") from None


# ---- the commands


def run_list(args: argparse.Namespace) -> int:
    """Print the exercises, in the order of the course."""
    import lessons
    from exercises import exercises
    from exercises.words import words

    chapters = [chapter.name for chapter in lessons.chapters()]
    found = sorted(exercises(), key=lambda one: (_place(one.chapter, chapters), one.concepts, one.order))
    if args.json:
        rows = [
            {
                "name": one.name,
                "chapter": one.chapter,
                "kind": one.kind,
                "concepts": list(one.concepts),
                "title": words(one, args.lang).title,
            }
            for one in found
        ]
        print(json.dumps({"exercises": rows}))
        return 0
    widths = [
        max((len(getattr(one, part)) for one in found), default=0) for part in ("chapter", "name", "kind")
    ]
    for one in found:
        cells = zip((one.chapter, one.name, one.kind), widths, strict=True)
        print("  ".join([*(text.ljust(width) for text, width in cells), words(one, args.lang).title]))
    return 0


def _place(chapter: str, chapters: list[str]) -> tuple[int, str]:
    return (chapters.index(chapter) if chapter in chapters else len(chapters), chapter)


def run_give(args: argparse.Namespace) -> int:
    """Print a variant, and write its files where that is asked for."""
    from exercises import files
    from exercises.words import words

    if args.hints < 0:
        raise Refused("The number of hints must be 0 or more.")
    if args.out is not None and not args.out.strip():
        raise Refused("The folder after --out has no name.")
    mine = made(args)
    said = words(mine.exercise, args.lang)
    hints = said.hints(mine)[: args.hints]
    written = files.write_all(mine, args.lang, Path(args.out)) if args.out is not None else None
    if args.json:
        print(json.dumps(as_json(mine, args.lang, hints=hints, written=written), allow_nan=False))
        return 0
    terminal = said.shared["terminal"]
    parts = [f"# {said.title}", plain(said.ask(mine))]
    for heading, choices in ((terminal["choices"], said.options(mine)), (terminal["rows"], said.rows(mine))):
        if choices:
            lines = (f"  {code}: {plain(name)}" for code, name in choices.items())
            parts.append("\n".join([f"{heading}:", *lines]))
    for name, frame in said.tables(mine).items():
        lines = [said.caption(name), frame.head(SHOWN).to_string(index=False, line_width=110)]
        if len(frame) > SHOWN:
            numbers = {"shown": said.text.number(SHOWN), "all": said.text.number(len(frame))}
            lines.append(terminal["rows_shown"].format(**numbers))
        parts.append("\n".join(lines))
    parts += [f"{terminal['hint'].format(number=at)}: {plain(one)}" for at, one in enumerate(hints, start=1)]
    parts.append(plain(said.how_to_answer(mine)))
    if written:
        parts.append("\n".join(written))
    print("\n\n".join(parts))
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Print the verdict on an answer; returns 0 where it is right, else 1."""
    from exercises import mark
    from exercises.words import words

    mine = made(args)
    verdict = mark(mine, submitted(args.answer, kind=mine.exercise.kind))
    said = words(mine.exercise, args.lang)
    feedback = plain(said.feedback(mine, verdict))
    if args.json:
        result = {
            **_head(mine),
            "right": verdict.right,
            "found": verdict.found,
            "mistake": verdict.mistake,
            "slip": verdict.slip,
            "reason": verdict.reason,
            "score": verdict.score,
            "values": {
                name: list(one) if isinstance(one, tuple) else one for name, one in verdict.values.items()
            },
            "feedback": feedback,
        }
        print(json.dumps(result, allow_nan=False))
    else:
        print(f"{said.shared['terminal'][verdict.found]}\n{feedback}")
    return 0 if verdict.right else 1


# ---- what they share


def made(args: argparse.Namespace) -> Variant:
    """Return the variant that the arguments name. Raises ValueError, one sentence."""
    from exercises import find, variant

    return variant(find(args.name), learner=args.learner, number=args.variant, course=args.course)


def submitted(answer: str, *, kind: str) -> str | bytes:
    """Return what was typed, or the bytes of the file that it names. Raises Refused for a file that cannot be read."""
    from exercises.answers import LARGEST_FILE

    if not answer.startswith("@"):
        if kind not in ("decision", "scores") or not _names_a_file(answer):
            return answer
        answer = "@" + answer
    if answer == "@":
        raise Refused("After @ the path of a file is missing.")
    path = Path(answer[1:])
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Refused(f"{path} is no ordinary file; give the path of a CSV, XLSX or text file.")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Refused(f"{path} does not exist; check the path.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"{path} cannot be read; check its permissions.") from None


def _names_a_file(answer: str) -> bool:
    """Say whether this is a path: there is something of that name, or it ends as a table's name does."""
    if len(answer) > 1000 or len(answer.splitlines()) != 1:
        return False
    if answer.lower().endswith((".csv", ".xlsx", ".tsv", ".txt")):
        return True
    try:
        return Path(answer).exists()
    except (OSError, ValueError):
        return False


def _head(variant: Variant) -> dict[str, Any]:
    return {
        "exercise": variant.exercise.name,
        "kind": variant.exercise.kind,
        "course": variant.course,
        "learner": variant.learner,
        "variant": variant.number,
        "engine": variant.engine,
        "seed": f"{variant.seed:064x}",
    }


def as_json(
    variant: Variant, language: str, *, hints: list[str], written: list[str] | None = None
) -> dict[str, Any]:
    """Return a variant as plain values: the same each time, without the answer, a clock or a path."""
    from exercises.words import words

    said = words(variant.exercise, language)
    found = {
        **_head(variant),
        "chapter": variant.exercise.chapter,
        "concepts": list(variant.exercise.concepts),
        "language": language,
        "title": said.title,
        "ask": plain(said.ask(variant)),
        "how": plain(said.how_to_answer(variant)),
        "options": {code: plain(name) for code, name in said.options(variant).items()},
        "rows": {code: plain(name) for code, name in said.rows(variant).items()},
        "hints": [plain(one) for one in hints],
        "given": {name: plain_value(value) for name, value in variant.given.items()},
    }
    return found if written is None else {**found, "files": written}


def plain_value(value: Any) -> Any:
    """Return a given as what JSON can hold; a DataFrame as its columns and rows, a missing cell as null."""
    if hasattr(value, "iloc"):
        columns = [value[name].tolist() for name in value.columns]
        rows = [[plain_value(cell) for cell in row] for row in zip(*columns, strict=True)]
        return {"columns": [str(name) for name in value.columns], "rows": rows}
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def plain(markdown: str) -> str:
    """Return Markdown as a terminal shows it: a dollar is a dollar."""
    return markdown.replace("\\$", "$")


def printable(text: str) -> str:
    """Text from a file or a name without what could move a terminal's cursor."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


if __name__ == "__main__":
    sys.exit(main())

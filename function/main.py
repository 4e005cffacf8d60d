"""The command line: `python -m function` serves, `python -m function render` previews."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from function import log

MEGABYTE = 1024 * 1024


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", "-d", is_flag=True, envvar="DEBUG", help="Log each call.")
@click.option("--address", default="0.0.0.0:9443", show_default=True, envvar="ADDRESS", help="Where to listen.")
@click.option(
    "--tls-server-certs-dir",
    "--tls-certs-dir",
    "tls_certs_dir",
    envvar="TLS_SERVER_CERTS_DIR",
    help="A directory with tls.crt, tls.key and ca.crt: only callers with a certificate of this authority are served.",
)
@click.option("--insecure", is_flag=True, envvar="INSECURE", help="Serve everybody, in plain text.")
@click.option(
    "--max-recv-message-size",
    "--max-grpc-message-size",
    type=int,
    default=4,
    show_default=True,
    envvar=["MAX_RECV_MESSAGE_SIZE", "MAX_GRPC_MESSAGE_SIZE"],
    help="How large a request may be, in MB.",
)
@click.option(
    "--max-send-message-size",
    type=int,
    envvar="MAX_SEND_MESSAGE_SIZE",
    help="How large an answer may be, in MB. Default: as large as a request.",
)
@click.option(
    "--poll-required-resources",
    is_flag=True,
    envvar="POLL_REQUIRED_RESOURCES",
    help="For Crossplane older than 2.4, which does not watch the Secrets and other objects that a Registry refers to: "
    "ask to be called every five minutes.",
)
@click.pass_context
def cli(  # noqa: PLR0913  one argument for each option
    context: click.Context,
    *,
    debug: bool,
    address: str,
    tls_certs_dir: str | None,
    insecure: bool,
    max_recv_message_size: int,
    max_send_message_size: int | None,
    poll_required_resources: bool,
) -> None:
    """Serve the composition function of Registry Operator, until SIGTERM."""
    if context.invoked_subcommand is not None:
        return
    from function import chance, fn, server  # noqa: PLC0415  the preview starts faster without

    log.configure(log.Level.DEBUG if debug else log.Level.INFO)
    options = [
        ("grpc.max_receive_message_length", max_recv_message_size * MEGABYTE),
        ("grpc.max_send_message_length", (max_send_message_size or max_recv_message_size) * MEGABYTE),
    ]
    try:
        creds = None if insecure else server.credentials(tls_certs_dir)
        # All pods of the function have this key.
        values = chance.of(Path(tls_certs_dir, "tls.key").read_bytes() if creds and tls_certs_dir else b"")
        function = fn.FunctionRunner(polls=poll_required_resources, values=values)
        server.serve(function.answer, address, creds, options)
    except server.StartError as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--flavour",
    type=click.Choice(["claims", "namespaced"]),
    default="claims",
    show_default=True,
    help="How a Registry of a namespace is meant: as a claim, or as the composite itself.",
)
@click.option("--tree", is_flag=True, help="Show a tree of what is composed, and what each object is for, instead of YAML.")
@click.option("--target", help="Ask the function that serves at this address (host:port, plain text) instead of this process.")
def render(files: tuple[Path, ...], flavour: str, tree: bool, target: str | None) -> None:
    """Show what Crossplane would compose, as `crossplane composition render` does.

    FILES are YAML files, or directories of them. The first Registry is rendered; where there is none, the first template.
    Objects with the annotation crossplane.io/composition-resource-name are what is observed;
    all others are there to be referred to.
    Ends with 1 where the spec is refused, and with 2 where a file cannot be used.
    """
    from function import preview  # noqa: PLC0415  serving does not need it

    try:
        rendered = preview.render(preview.read(files), claims=flavour == "claims", target=target)
    except preview.Unusable as error:
        raise click.UsageError(str(error)) from error
    click.echo(preview.tree(rendered) if tree else preview.stream(rendered), nl=False)
    if rendered.fatal:
        click.echo(f"refused: {rendered.fatal}", err=True)
        sys.exit(1)


def main() -> None:
    """Run the command line."""
    cli(prog_name="function")

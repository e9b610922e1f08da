"""Who signed a record, and that nothing else counts as a signature."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.errors import SettingsError
from tidewaiter.wire.signing import HEADER, PublicKey, SigningKey, TrustedKeys

KIND, VALUE = "tidewaiter.verdict.v1", b'{"decision":"block"}'
KEY, OTHER = SigningKey.create(), SigningKey.create()
TRUSTED = TrustedKeys({KEY.public.id: KEY.public})


def test_a_record_is_known_by_the_key_that_signed_it() -> None:
    signature = KEY.header(KIND, VALUE)
    assert TRUSTED.signer(KIND, VALUE, [("ce_id", b"1"), signature]) == KEY.public.id
    assert signature == KEY.header(KIND, VALUE), "the same record is signed alike wherever it is written again"


@pytest.mark.parametrize(
    ("kind", "value"), [("tidewaiter.current-rulebook.v1", VALUE), (KIND, VALUE + b" "), (KIND, b"")]
)
def test_a_signature_is_of_one_type_and_one_value(kind: str, value: bytes) -> None:
    assert TRUSTED.signer(kind, value, [KEY.header(KIND, VALUE)]) is None


def test_no_byte_of_a_signature_can_be_another() -> None:
    name, content = KEY.header(KIND, VALUE)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        assert TRUSTED.signer(KIND, VALUE, [(name, bytes(changed))]) is None, place


def test_the_key_of_somebody_else_says_nothing_even_under_the_name_of_a_trusted_one() -> None:
    name, content = OTHER.header(KIND, VALUE)
    assert TRUSTED.signer(KIND, VALUE, [(name, content)]) is None
    named = content.replace(OTHER.public.id.encode(), KEY.public.id.encode())
    assert TRUSTED.signer(KIND, VALUE, [(name, named)]) is None


@pytest.mark.parametrize("content", [None, b"", b"ed25519", b"ed25519 x", b"\xff\xfe \x00", b"rsa x y"])
def test_a_header_that_is_no_signature_is_none(content: bytes | None) -> None:
    assert TRUSTED.signer(KIND, VALUE, [(HEADER, content)]) is None
    named = None if content is None else content.replace(b"x", KEY.public.id.encode())
    assert TRUSTED.signer(KIND, VALUE, [(HEADER, named), KEY.header(KIND, VALUE)]) == KEY.public.id


def test_keys_are_rotated_by_trusting_both_for_a_while(tmp_path: Path) -> None:
    file = tmp_path / "trusted.pem"
    file.write_text(KEY.public.pem + "\nthe next one, from March\n" + OTHER.public.pem)
    both = TrustedKeys.read(file)
    assert both.keys.keys() == {KEY.public.id, OTHER.public.id}
    assert both.signer(KIND, VALUE, [OTHER.header(KIND, VALUE)]) == OTHER.public.id


def test_a_key_is_made_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "publisher.pem"
    made = CliRunner().invoke(app, ["keys", "create", str(file)])
    assert made.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.stdout == SigningKey.read(file).public.pem
    assert CliRunner().invoke(app, ["keys", "show", str(file)]).stdout == made.stdout
    again = CliRunner().invoke(app, ["keys", "create", str(file)])
    assert isinstance(again.exception, SettingsError)
    assert "is there already" in str(again.exception)


def test_a_key_that_a_full_disk_did_not_take_leaves_no_half_behind(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    file = tmp_path / "key.pem"
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom tidewaiter.wire.signing import SigningKey\n"
        "real = os.open\nos.open = lambda *told: (real(*told), real('/dev/full', os.O_WRONLY))[1]\n"
        "SigningKey.create().write(Path(sys.argv[1]))\n"
    )
    failed = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=False)
    assert "key.pem: cannot be written: No space left on device" in failed.stderr
    assert not file.exists()


def test_openssl_knows_our_keys_and_we_know_its(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.pem", tmp_path / "theirs.pem"
    KEY.write(ours)
    try:
        public = subprocess.run(["openssl", "pkey", "-in", ours, "-pubout"], capture_output=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert public.decode() == KEY.public.pem
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs], capture_output=True, check=True)
    assert isinstance(SigningKey.read(theirs).public, PublicKey)


def test_a_file_that_holds_no_key_of_ours_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    for content, complaint in (
        ("", "no private key"),
        (KEY.public.pem, "no private key"),
    ):
        file.write_text(content)
        with pytest.raises(SettingsError, match=rf"key\.pem: is {complaint}"):
            SigningKey.read(file)
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        SigningKey.read(tmp_path / "nowhere.pem")
    file.write_text("nothing")
    with pytest.raises(SettingsError, match="holds no public key"):
        TrustedKeys.read(file)
    file.write_text(KEY.public.pem + OTHER.public.pem[:60])
    with pytest.raises(SettingsError, match="is cut off: 2 keys begin and 1 end"):
        TrustedKeys.read(file)
    file.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(SettingsError, match="key 1 cannot be read"):
        TrustedKeys.read(file)

"""A bundle holds every text of one definition, byte for byte, and nothing from outside the closed layout."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.definitions.bundle import (
    MAX_FILES,
    all_keys,
    bundle_from_texts,
    bundle_from_upload,
    bundle_to_zip,
    read_bundle,
    read_vocabulary,
    shared_part_names,
)
from engine.errors import DefinitionInvalid, NotFound

KEY = "mz-901-example-allowance"


def zipped(entries: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


def test_a_bundle_holds_the_own_texts_and_exactly_the_shared_parts_they_name(bundle):
    assert set(bundle.texts) == {
        "forms/civil_affairs/mz-901-example-allowance.yaml",
        "forms/civil_affairs/mz-901-example-allowance.scenarios.yaml",
        "process_definitions/civil_affairs/mz-901-example-allowance.bpmn",
        "process_definitions/civil_affairs/mz-901-example-allowance.dmn",
        "process_definitions/_shared/seal_and_deliver.bpmn",
        "forms/_shared/field_groups/applicant.yaml",
        "forms/_shared/documents/identity_card.yaml",
        "forms/_shared/documents/disability_card.yaml",
    }


def test_texts_are_the_bytes_of_the_files(bundle, root):
    assert all((root / name).read_bytes() == text for name, text in bundle.texts.items())


def test_the_main_diagram_comes_first_and_the_process_id_is_the_key(bundle):
    assert next(iter(bundle.process_texts)) == bundle.process_name
    assert bundle.process_id == bundle.key == KEY
    assert list(bundle.table_texts) == ["process_definitions/civil_affairs/mz-901-example-allowance.dmn"]


def test_the_hash_moves_with_every_text_but_the_scenarios(bundle):
    for name, text in bundle.texts.items():
        moved = bundle.with_text(name, text + b" ").content_hash != bundle.content_hash
        assert moved == (name != bundle.scenario_name)


def test_the_hash_cannot_be_kept_by_moving_bytes_between_files(bundle):
    one, two = (n for n in bundle.texts if "/documents/" in n)
    swapped = bundle.with_text(one, bundle.texts[two]).with_text(two, bundle.texts[one])
    assert swapped.content_hash != bundle.content_hash


def test_a_zip_gives_the_same_bundle_and_the_same_bundle_the_same_zip(bundle):
    data = bundle_to_zip(bundle)
    assert bundle_from_upload(data) == bundle
    assert bundle_to_zip(bundle_from_upload(data)) == data


def test_all_keys_are_found_and_an_unknown_key_is_not(root):
    assert all_keys(root) == (KEY,)
    for key in ("mz-902-nothing", "../../etc/passwd", "mz-901-example-allowance/.."):
        with pytest.raises(NotFound):
            read_bundle(key, root)


def test_vocabularies_are_read_by_name_only():
    path, text = read_vocabulary("departments")
    assert path == "forms/_shared/departments.yaml"
    assert b"civil_affairs" in text
    with pytest.raises(NotFound):
        read_vocabulary("../settings")


def test_shared_parts_are_listed(root):
    assert "process_definitions/_shared/seal_and_deliver.bpmn" in shared_part_names(root)


@pytest.mark.parametrize(
    "name",
    [
        "../mz-901-example-allowance.yaml",
        "forms/../forms/civil_affairs/mz-901-example-allowance.yaml",
        "/forms/civil_affairs/mz-901-example-allowance.yaml",
        "forms\\civil_affairs\\mz-901-example-allowance.yaml",
        "forms/civil_affairs/mz-901-example-allowance.yaml\n",
        "forms/civil_affairs/民政.yaml",
        "forms/civil_affairs/deep/mz-901-example-allowance.yaml",
        "forms/civil_affairs/mz-901-example-allowance.py",
        "certificates/types/face.xml.j2",
    ],
)
def test_names_outside_the_layout_are_refused_in_texts_and_uploads(bundle, name):
    with pytest.raises(DefinitionInvalid):
        bundle_from_texts(KEY, {name: b""})
    with pytest.raises(DefinitionInvalid):
        bundle_from_upload(zipped([*bundle.texts.items(), (name, b"")]))


def test_a_bundle_carries_one_item_only(bundle):
    with pytest.raises(DefinitionInvalid, match="不属于"):
        bundle.with_text("forms/civil_affairs/mz-902-other-item.yaml", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip at all",
        b"PK\x03\x04 broken",
        zipped([]),
        zipped([("forms/civil_affairs/mz-901-example-allowance.scenarios.yaml", b"")]),
        zipped([(f"forms/_shared/documents/part_{i}.yaml", b"") for i in range(MAX_FILES + 1)]),
        zipped([("forms/civil_affairs/mz-901-example-allowance.yaml", b"\0" * 12_000_001)]),
    ],
    ids=["empty", "text", "broken", "no entry", "no form", "too many", "too large"],
)
def test_uploads_that_are_no_bundle_are_refused(data):
    with pytest.raises(DefinitionInvalid):
        bundle_from_upload(data)


def test_a_compressed_bomb_is_refused_before_it_is_unpacked():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("forms/civil_affairs/mz-901-example-allowance.yaml", b"\0" * 40_000_000)
    with pytest.raises(DefinitionInvalid, match="过大"):
        bundle_from_upload(target.getvalue())

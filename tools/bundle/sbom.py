"""The software bill of materials of a bundle: CycloneDX 1.6, as JSON.

Calvox is its subject; each package is a library with its version, licence and package URL, and below it the wheels that the
bundle holds of it, each with its SHA-256. Who needs whom is the union over all targets. Same bundle, same bytes: the time is
given, and the serial number follows from the wheels. What does not fit the schema is not written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import Message
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from tools.bundle.plan import BundleError, Needs
from tools.bundle.wheels import Wheel, metadata_of

CLASSIFIER = "License :: OSI Approved :: "


def bill(ours: Wheel, theirs: Iterable[Wheel], needs: Sequence[Needs], when: int) -> str:
    """Write the bill of materials.

    Raises:
        BundleError: it would not fit its own schema.
    """
    wheels = sorted({wheel.path.name: wheel for wheel in theirs}.values(), key=lambda wheel: wheel.path.name)
    by_name: dict[str, list[Wheel]] = {}
    for wheel in wheels:
        by_name.setdefault(wheel.name, []).append(wheel)
    subject = _component([ours], ComponentType.APPLICATION)
    components = {name: _component(held, ComponentType.LIBRARY) for name, held in by_name.items()}
    bom = Bom(
        components=components.values(),
        serial_number=uuid5(NAMESPACE_OID, " ".join(wheel.sha256 for wheel in (ours, *wheels))),
        metadata=BomMetaData(component=subject, timestamp=datetime.fromtimestamp(when, UTC)),
    )
    _relate(bom, {**components, ours.name: subject}, needs)
    return checked(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n")


def _component(held: Sequence[Wheel], kind: ComponentType) -> Component:
    first = held[0]
    told = metadata_of(first.path)
    return Component(
        name=first.name,
        type=kind,
        version=first.version,
        bom_ref=first.name,
        description=told.get("Summary"),
        licenses=_licences(told),
        purl=PackageURL("pypi", name=first.name, version=first.version),
        components=[_file(wheel) for wheel in held],
    )


def _file(wheel: Wheel) -> Component:
    hashed = HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)
    return Component(name=wheel.path.name, type=ComponentType.FILE, bom_ref=wheel.path.name, hashes=[hashed])


def _licences(told: Message) -> list[License]:
    """Take what the wheel says: an expression, the names of its classifiers, a short text, or the files to look into."""
    make = LicenseFactory()
    if expression := told.get("License-Expression"):
        return [make.make_from_string(expression)]
    text = (told.get("License") or "").strip()
    classified = [str(each).removeprefix(CLASSIFIER) for each in told.get_all("Classifier", []) if CLASSIFIER in each]
    files = ", ".join(str(each) for each in told.get_all("License-File", []))
    names = classified or ([text] if text and "\n" not in text else []) or ([f"see {files}"] if files else [])
    return [make.make_from_string(name) for name in names]


def _relate(bom: Bom, components: Mapping[str, Component], needs: Sequence[Needs]) -> None:
    for name, component in components.items():
        wanted = {canonicalize_name(each.name) for one in needs for each in one.get(name, ())}
        bom.register_dependency(component, [components[each] for each in sorted(wanted)])


def checked(text: str) -> str:
    """Give a bill of materials back if it fits its schema.

    Raises:
        BundleError: it does not.
    """
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise BundleError(f"The bill of materials does not fit its schema: {wrong}")
    return text

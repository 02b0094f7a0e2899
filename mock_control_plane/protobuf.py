"""Messages of protobuf that no package carries, made from a description of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message_factory import GetMessageClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message


def message_class(described: Mapping[str, str], name: str) -> type[Message]:
    """Return the class of a message.

    Messages are described by name: `field:number:type`, with a star where it is repeated.
    """
    file = descriptor_pb2.FileDescriptorProto(name=f"{name}.proto", package="mock", syntax="proto3")
    for message, fields in described.items():
        made = file.message_type.add(name=message)
        for field in fields.split():
            made.field.append(_field(*field.split(":"), messages=described))
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(f"mock.{name}"))


def _field(
    name: str, number: str, described: str, *, messages: Mapping[str, str]
) -> descriptor_pb2.FieldDescriptorProto:
    kinds = descriptor_pb2.FieldDescriptorProto
    type = described.rstrip("*")
    field = kinds(name=name, number=int(number), label=kinds.LABEL_OPTIONAL)
    if described != type:
        field.label = kinds.LABEL_REPEATED
    if type in messages:
        field.type = kinds.TYPE_MESSAGE
        field.type_name = f".mock.{type}"
    else:
        field.type = kinds.Type.Value(f"TYPE_{type.upper()}")
    return field

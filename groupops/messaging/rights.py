"""Which right on a group an operation needs: to order it, to do it by hand, to decide about it.

Source: the seed gives 踢人、禁言、群公告 to 管理员 (管理员体系设置).
"""

from groupops.groups.access import GroupRight
from groupops.messaging.adapter import ENFORCING, RELEASING, Operation

RIGHTS: dict[Operation, GroupRight] = {
    Operation.SEND_GROUP: GroupRight.CONTENT,
    Operation.SEND_DIRECT: GroupRight.CONTENT,
    Operation.ANNOUNCE: GroupRight.ANNOUNCE,
    Operation.PIN: GroupRight.ANNOUNCE,
} | dict.fromkeys((*ENFORCING, *RELEASING), GroupRight.MODERATE)


def right_for(operation: str) -> GroupRight:
    """The right that `operation` needs."""
    return RIGHTS[Operation(operation)]

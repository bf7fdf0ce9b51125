from notifications.tests.api.conftest import _world, world

__all__ = ["_world", "world"]

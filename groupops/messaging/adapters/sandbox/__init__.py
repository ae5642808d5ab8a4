"""The room of a sandbox: a fake platform in a folder of this installation."""

from groupops.messaging.adapters.sandbox.adapter import Sandbox as Sandbox

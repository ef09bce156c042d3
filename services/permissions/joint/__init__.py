"""Joint setting of levels and permissions (Article 14 ¶2): proposed, looked at, signed by three organs, in force.

change      what is changed, and which changes are no law           proposal     its states. Both pure
simulation  who gains and who loses by it. Pure                     proposals    the use cases
census      whom and how many cameras that concerns. Pure           trial        running sessions by it. Pure
simulations the use case of looking at all three, before anybody signs
"""

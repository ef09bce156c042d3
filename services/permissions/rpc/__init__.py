"""The gRPC side of permissions: protobuf ↔ domain, nothing else.

agencies   PermissionsService          messages            names, times, actions
                                       legal_basis_messages, takeover_messages
roll       AgenciesService             roll_messages       agencies, principals, certificates
agency_keys  its methods about keys
inspections  InspectionsService
claims     ClaimsService               claim_messages      compensation
papers     PapersService               review_messages     operators' reviews
staff      StaffService                trainings, shifts
incidents  its methods about those     incident_messages   incidents, their acts, pages of them
policy     PolicyService               policy_change       proposals, and what the organs sign
                                       simulation          what a proposal would do
cell       DeciderService              answers             decisions, explanations, scopes
paging     pages of every list          servicers           all of them, for app.py
callers    on whose behalf             genesis             the organs' first signed document
                                       health              whether a policy decides
"""
